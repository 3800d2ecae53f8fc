import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Figure, isUnder, ratioOf } from './figure.js';
import { GROUPS } from './groups.js';
import { tableOf } from './table.js';

const RUN_GROUP = fileURLToPath(new URL('./run-group.js', import.meta.url));
const MOST_OUTPUT = 1 << 24;

const { values } = parseArgs({
  options: {
    json: { type: 'string' },
    only: { type: 'string' },
    large: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const help = [
  'npm run bench -- [--json FILE] [--only NAME,...] [--large]',
  '',
  ...GROUPS.map(({ name, what }) => `  ${name.padEnd(12)} ${what}`),
].join('\n');

const figuresOf = (name: string): ReadonlyArray<Figure> | undefined => {
  const run = spawnSync(process.execPath, ['--enable-source-maps', RUN_GROUP, name, values.large ? 'large' : 'usual'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
    maxBuffer: MOST_OUTPUT,
  });
  return run.status === 0 ? (JSON.parse(run.stdout) as ReadonlyArray<Figure>) : undefined;
};

const chosen = (): ReadonlyArray<string> => {
  const names = values.only?.split(',') ?? GROUPS.map(({ name }) => name);
  const unknown = names.filter((name) => GROUPS.every((group) => group.name !== name));
  if (unknown.length === 0) return names;
  process.stderr.write(`there is no group ${unknown.join(', ')}\n\n${help}\n`);
  process.exit(2);
};

const main = (): number => {
  const failed: Array<string> = [];
  const results = chosen().map((name) => {
    process.stdout.write(`\n${name}: ${GROUPS.find((group) => group.name === name)?.what ?? ''}\n`);
    const figures = figuresOf(name);
    if (figures === undefined) failed.push(name);
    else process.stdout.write(`${tableOf(figures)}\n`);
    return {
      name,
      figures: (figures ?? []).map((figure) => ({ ...figure, ratio: ratioOf(figure), under: isUnder(figure) })),
    };
  });
  const machine = {
    cpus: availableParallelism(),
    node: process.version,
    platform: process.platform,
    arch: process.arch,
  };
  if (values.json !== undefined) {
    writeFileSync(
      values.json,
      `${JSON.stringify({ large: values.large, machine, failed, groups: results }, null, 2)}\n`,
    );
  }
  const under = results.flatMap(({ figures }) => figures.filter((figure) => figure.under));
  process.stdout.write(
    `\n${String(under.length)} under budget or peer${failed.length === 0 ? '' : `; failed: ${failed.join(', ')}`}\n`,
  );
  return failed.length === 0 ? 0 : 1;
};

if (values.help) process.stdout.write(`${help}\n`);
else process.exitCode = main();
