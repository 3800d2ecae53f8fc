#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { COMMANDS } from './commands.js';
import { EXIT } from './failure.js';
import { runCli } from './program.js';

/** The only place of the program that reads argv and the environment, and that ends the process. */
const version = (): string => {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest ? String(manifest.version) : '0';
};

const terminal = {
  out: (text: string) => void process.stdout.write(text),
  err: (text: string) => void process.stderr.write(text),
  env: process.env,
  isTty: process.stdout.isTTY,
};

// A reader that went away (sekisho ... | head) is no failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) =>
  process.exit(error.code === 'EPIPE' ? EXIT.ok : EXIT.unavailable),
);

process.exitCode = await runCli(terminal, version(), COMMANDS, process.argv.slice(2));
