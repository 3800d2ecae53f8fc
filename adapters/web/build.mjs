// Makes dist/console: a page, and its scripts and styles under names that are their digests, so that they may be kept for ever.
// Plain JavaScript on Node's own modules: it is part of the build.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from '../verifier-page/bundle.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = join(here, '..', '..');
const out = process.argv[2] ?? join(root, 'dist', 'console');
// Whoever reads the folder finds all of it or nothing.
const made = `${out}.${String(process.pid)}`;
const assets = join(made, 'assets');

const named = (name) => {
  const bytes = readFileSync(join(here, name));
  const [stem, ending] = name.split('.');
  const digest = createHash('sha256').update(bytes).digest('hex').slice(0, 12);
  const file = `${stem}-${digest}.${ending}`;
  writeFileSync(join(assets, file), bytes);
  return `assets/${file}`;
};

rmSync(made, { recursive: true, force: true });
mkdirSync(assets, { recursive: true });
bundle(
  join(here, 'dom', 'console.tsx'),
  '--splitting',
  '--format=esm',
  '--loader:.md=text',
  '--jsx=automatic',
  '--jsx-import-source=preact',
  '--entry-names=[name]-[hash]',
  '--chunk-names=[name]-[hash]',
  `--outdir=${assets}`,
);
const script = readdirSync(assets).find((name) => name.startsWith('console-') && name.endsWith('.js'));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const values = {
  '@SCRIPT@': `assets/${script}`,
  '@STYLE@': named('console.css'),
  '@ICON@': named('icon.svg'),
  '@VERSION@': version,
};
const page = readFileSync(join(here, 'console.html'), 'utf8');
writeFileSync(
  join(made, 'index.html'),
  page.replaceAll(/@(?:SCRIPT|STYLE|ICON|VERSION)@/g, (name) => values[name]),
);
mkdirSync(dirname(out), { recursive: true });
rmSync(out, { recursive: true, force: true });
renameSync(made, out);
