// Makes dist/verifier.html: one file with everything inside, which its own policy lets reach nothing.
// Plain JavaScript on Node's own modules and esbuild's program: it is part of the build.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = join(here, '..', '..');
const read = (name) => readFileSync(join(here, name), 'utf8');

const bundled = () => {
  const args = [
    join(root, 'node_modules', 'esbuild', 'bin', 'esbuild'),
    join(here, 'dom', 'page.ts'),
    '--bundle',
    '--format=iife',
    '--platform=browser',
    '--target=es2022',
    '--minify',
    '--charset=ascii',
    '--legal-comments=none',
    '--log-level=warning',
    `--alias:node:crypto=${join(here, 'platform-crypto.ts')}`,
  ];
  const { status, stdout, error } = spawnSync(process.execPath, args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (error) console.error(`cannot run esbuild: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
  // Inside a script element these would end it, or begin a comment.
  return stdout.replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--');
};

const hashOf = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

const [style, script] = [read('page.css'), bundled()];
const policy = [
  "default-src 'none'",
  `script-src ${hashOf(script)}`,
  `style-src ${hashOf(style)}`,
  "base-uri 'none'",
  "form-action 'none'",
  "trusted-types 'none'",
  "require-trusted-types-for 'script'",
].join('; ');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const values = { '@CSP@': policy, '@STYLE@': style, '@SCRIPT@': script, '@VERSION@': version };
const page = read('page.html').replaceAll(/@(?:CSP|STYLE|SCRIPT|VERSION)@/g, (name) => values[name]);
const out = process.argv[2] ?? join(root, 'dist', 'verifier.html');
mkdirSync(dirname(out), { recursive: true });
writeFileSync(out, page);
