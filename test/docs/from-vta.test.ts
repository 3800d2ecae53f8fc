import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessOf, type Operation } from '../../adapters/http/permissions.js';
import { PERMISSIONS } from '../../domain/access/permissions.js';
import { CATALOGUE } from '../../domain/catalogue.js';
import { commandNames } from '../support/cli-tree.js';
import { type HttpAuthority, openHttpAuthority } from '../support/http-authority.js';
import { CMDLETS } from './from-vta/cmdlets.js';
import { FEATURES } from './from-vta/features.js';
import { OLD_OPERATIONS } from './from-vta/old-operations.js';
import { PRIVILEGES } from './from-vta/privileges.js';
import type { Row, State } from './from-vta/row.js';

/* docs/from-vta.md is made here: `npx vitest run test/docs -u` writes it anew after the tables beside this file have changed. */

const TESTS = join(import.meta.dirname, '..');

interface Served {
  readonly request: string;
  /** What tests that ask for it look like. */
  readonly pattern: RegExp;
}

let authority: HttpAuthority;
let served: ReadonlyMap<string, Served>;

const patternOf = (path: string): RegExp =>
  new RegExp(path.replaceAll(/[.*+?^$()[\]\\|]/g, String.raw`\$&`).replaceAll(/\{\w+\}/g, '[^/\'"`]+'));

beforeAll(async () => {
  authority = await openHttpAuthority();
  const { paths } = (await authority.ask('GET', '/v1/openapi.json')).json();
  served = new Map(
    Object.entries<Record<string, { operationId: string }>>(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { operationId }]): [string, Served] => [
        operationId,
        { request: `${method.toUpperCase()} ${path}`, pattern: patternOf(path) },
      ]),
    ),
  );
});
afterAll(() => authority.close());

type Tables = ReadonlyArray<readonly [string, ReadonlyArray<Row>]>;

const TABLES: Tables = [...FEATURES, ...OLD_OPERATIONS, ...CMDLETS];
const rows = (tables: Tables): ReadonlyArray<Row> => tables.flatMap(([, each]) => each);
const isHere = ({ state }: Row): boolean => state !== 'left out' && state !== 'not yet';

const textOf = (file: string): string => readFileSync(join(TESTS, file), 'utf8');

/** Whether a test has to do with what a row names: an event, an operation, a request or a command line. */
const speaksOf = (file: string, { cli = [], operations = [], events = [] }: Row): boolean => {
  const text = textOf(file);
  if (operations.length + events.length === 0) return true;
  return (
    [...operations, ...events].some((name) => new RegExp(`\\b${name}\\b`).test(text)) ||
    operations.some((name) => served.get(name)?.pattern.test(text) === true) ||
    cli.some((name) => text.includes(`'${name.replaceAll(' ', "', '")}'`))
  );
};

const EVERY_COMMAND = 'adapters/http/every-command.test.ts';
/** Asked by operators, and no question. */
const isCommand = (operation: Operation): boolean => {
  const access = accessOf(operation);
  return access !== 'public' && access !== 'host' && served.get(operation)?.request.startsWith('GET ') === false;
};

const cell = (text: string): string => text.replaceAll('|', '\\|');
const lines = (texts: ReadonlyArray<string>): string => texts.map(cell).join('<br>');
const takes = (operation: Operation): string => {
  const access = accessOf(operation);
  if (access === 'public') return '';
  return access === 'host' ? ' (evidence)' : ` (${access})`;
};
const requestsOf = ({ operations = [] }: Row): string =>
  lines(operations.map((each) => `\`${served.get(each)?.request ?? '?'}\`${takes(each)}`));

const rowText = (row: Row, withEvents: boolean): string => {
  const events = withEvents ? [lines((row.events ?? []).map((each) => `\`${each}\``))] : [];
  const cells = [
    cell(row.was),
    row.state,
    lines((row.cli ?? []).map((each) => `\`${each}\``)),
    requestsOf(row),
    ...events,
    cell(row.note ?? ''),
  ];
  return `| ${cells.join(' | ')} |`;
};

const tableText = (was: string, tables: Tables, withEvents: boolean): ReadonlyArray<string> =>
  tables.flatMap(([title, each]) => [
    `### ${title}`,
    '',
    `| ${was} | state | \`sekisho …\` | request (permission) |${withEvents ? ' recorded as |' : ''} |`,
    `|${'---|'.repeat(withEvents ? 6 : 5)}`,
    ...each.map((row) => rowText(row, withEvents)),
    '',
  ]);

const STATES: Readonly<Record<State, string>> = {
  done: 'the same by another name',
  different: 'the need is met in another way',
  new: 'it had nothing like it',
  'left out': 'not here, for the reason given',
  'not yet': 'missing',
};

const countsText = (): ReadonlyArray<string> => [
  '| state | means | features | operations | cmdlets |',
  '|---|---|---|---|---|',
  ...Object.entries(STATES).map(([state, means]) => {
    const count = (tables: Tables): string => String(rows(tables).filter((row) => row.state === state).length);
    return `| ${state} | ${means} | ${count(FEATURES)} | ${count(OLD_OPERATIONS)} | ${count(CMDLETS)} |`;
  }),
  '',
];

const INTRODUCTION = `# Coming from vSphere Trust Authority

What an administrator of vSphere Trust Authority could do, see or be refused, and where it is here. Made from tables that a test holds
against the program: every command, request, permission and event named here exists, and what is called done has a test.

Three things are different throughout. **Nothing is deleted**: what is taken back stays readable, with who, when and why, for every moment of the past
(\`--at\`, \`--index\`). **Commands answer when they are done**, and durable; there are no tasks to poll. **There is one authority**, not one copy of the
settings on each host: nothing is exported from one side and imported on the other to make hosts agree.
`;

const privilegesText = (): ReadonlyArray<string> => [
  '## Privileges and roles',
  '',
  '| vSphere Trust Authority | here | |',
  '|---|---|---|',
  ...PRIVILEGES.map(
    ({ was, permissions, note }) =>
      `| ${cell(was)} | ${lines(permissions.map((each) => `\`${each}\``))} | ${cell(note)} |`,
  ),
  '',
];

describe('docs/from-vta.md', () => {
  it('shows for every feature, operation, cmdlet and privilege what stands in its place', async () => {
    const text = [
      INTRODUCTION,
      ...countsText(),
      '## Features',
      '',
      ...tableText('feature', FEATURES, true),
      '## Cmdlets',
      '',
      ...tableText('cmdlet', CMDLETS, false),
      '## Operations of the API',
      '',
      ...tableText('operation', OLD_OPERATIONS, false),
      ...privilegesText(),
    ].join('\n');
    await expect(text).toMatchFileSnapshot(join(TESTS, '..', 'docs', 'from-vta.md'));
  });
});

describe('the tables of docs/from-vta.md', () => {
  it('name commands that the program has', () => {
    const known = commandNames();
    const named = rows(TABLES).flatMap(({ cli = [] }) => cli);
    expect(named.filter((each) => !known.has(each))).toEqual([]);
  });

  it('name operations that are served', () => {
    const named = rows(TABLES).flatMap(({ operations = [] }) => operations);
    expect(named.filter((each) => !served.has(each))).toEqual([]);
  });

  it('name events that can be recorded', () => {
    const named = rows(FEATURES).flatMap(({ events = [] }) => events);
    expect(named.filter((each) => !CATALOGUE.types.has(each))).toEqual([]);
  });

  it('name permissions that there are', () => {
    const named = PRIVILEGES.flatMap(({ permissions }) => permissions);
    expect(named.filter((each) => !Object.hasOwn(PERMISSIONS, each))).toEqual([]);
    const taken = Object.entries(PERMISSIONS).filter(([, { vta }]) => vta);
    expect(taken.map(([name]) => name).filter((name) => !named.some((each) => each === name))).toEqual([]);
  });

  it('say something of each row: how to do it if it is here, and why if it is not the same', () => {
    const mute = rows(TABLES).filter((row) =>
      isHere(row)
        ? (row.cli ?? []).length + (row.operations ?? []).length === 0 && row.note === undefined
        : row.note === undefined,
    );
    expect(mute.map(({ was }) => was)).toEqual([]);
    const names = rows(TABLES).map(({ was }) => was);
    expect(names.filter((was, i) => names.indexOf(was) !== i)).toEqual([]);
  });

  it('leave out nothing that the program serves or records', () => {
    const operations = new Set<string>(rows(FEATURES).flatMap(({ operations: named = [] }) => named));
    expect([...served.keys()].filter((each) => !operations.has(each))).toEqual([]);
    const events = new Set(rows(FEATURES).flatMap(({ events: named = [] }) => named));
    expect([...CATALOGUE.types.keys()].filter((each) => !events.has(each))).toEqual([]);
  });

  it('name a test of each row that sees each of its events recorded', () => {
    const unseen = rows(FEATURES).flatMap(({ was, events = [], tests = [] }) => {
      const text = tests.map(textOf).join('\n');
      return events.filter((each) => !new RegExp(`\\b${each}\\b`).test(text)).map((each) => `${was}: ${each}`);
    });
    expect(unseen).toEqual([]);
  });

  it('name, of each command, the test that shows who may, what is refused, what is recorded and what is shown then', () => {
    const inTable = new Set([...textOf(EVERY_COMMAND).matchAll(/operation: '(\w+)'/g)].map(([, name]) => name));
    const open = rows(FEATURES).flatMap((row) =>
      (row.operations ?? [])
        .filter((each) => isCommand(each) && !inTable.has(each))
        .filter((each) => !(row.tests ?? []).some((file) => speaksOf(file, { ...row, operations: [each], events: [] })))
        .map((each) => `${row.was}: ${each}`),
    );
    expect(open).toEqual([]);
  });

  it('name tests for everything that is done, which speak of it', () => {
    const untested = rows(FEATURES).filter(
      ({ state, tests = [] }) => (state === 'done' || state === 'new') && tests.length === 0,
    );
    expect(untested.map(({ was }) => was)).toEqual([]);
    const gone = rows(FEATURES).flatMap(({ tests = [] }) => tests.filter((file) => !existsSync(join(TESTS, file))));
    expect(gone).toEqual([]);
    const silent = rows(FEATURES)
      .filter(({ tests = [] }) => tests.length > 0)
      .filter((row) => !(row.tests ?? []).some((file) => speaksOf(file, row)))
      .map(({ was }) => was);
    expect(silent).toEqual([]);
  });
});
