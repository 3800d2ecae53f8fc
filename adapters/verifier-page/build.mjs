// Makes dist/verifier.html: one file with everything inside, which its own policy lets reach nothing.
// Plain JavaScript on Node's own modules: it is part of the build.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from './bundle.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = join(here, '..', '..');
const read = (name) => readFileSync(join(here, name), 'utf8');

// Inside a script element these would end it, or begin a comment.
const bundled = () =>
  bundle(join(here, 'dom', 'page.ts'), '--format=iife')
    .replaceAll('</script', '<\\/script')
    .replaceAll('<!--', '<\\!--');

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
