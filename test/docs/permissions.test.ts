import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessOf, type Operation } from '../../adapters/http/permissions.js';
import { REACH, type Reach } from '../../adapters/http/reach.js';
import { OperatorRole } from '../../domain/access/operator-role.js';
import { PERMISSIONS, type Permission } from '../../domain/access/permissions.js';
import { mayRole } from '../../domain/access/roles.js';
import type { Role } from '../../domain/ledger/envelope.js';
import { type HttpAuthority, openHttpAuthority } from '../support/http-authority.js';

/* docs/permissions.md is made here: `npx vitest run test/docs -u` writes it anew after a permission or a route has changed. */

const INTRODUCTION = `# Permissions

Made from the tables that the authority itself decides by; a test keeps it true. Each operation takes one permission; a role is a set
of permissions. The deciders ask for the same permission again, so a surface that forgot to ask would change nothing.

The last column says what an operation is about, for operators who are limited to a part ([people.md](people.md#limited-to-a-part)): the
things that must all be in their scope; *everything*, which is refused to them; *what is in scope*, where they are shown no more; *what its
questions name*, each of which must be in it;
*a person*, whose own scope must not be wider; *another request*, all of which must be in scope; or nothing that is divided.
`;

const ROLE_NAMES = Object.keys(OperatorRole.keys) as ReadonlyArray<Role>;
const HEADS = ROLE_NAMES.map((role) => role.replace('-administrator', ''));
const cells = (permission: Permission): string =>
  ROLE_NAMES.map((role) => (mayRole(role, permission) ? 'yes' : '')).join(' | ');
const rule = (columns: number): string => `|${'---|'.repeat(columns)}`;

const permissionTable = (): ReadonlyArray<string> => [
  '## What each permission lets somebody do',
  '',
  'The names marked *vTA* are privileges of vSphere Trust Authority (`TrustedAdmin.*`) and mean here what they meant there.',
  '',
  `| permission | vTA | lets somebody | ${HEADS.join(' | ')} |`,
  rule(3 + HEADS.length),
  ...Object.entries(PERMISSIONS).map(
    ([name, { vta, may }]) => `| \`${name}\` | ${vta ? 'vTA' : ''} | ${may} | ${cells(name as Permission)} |`,
  ),
  '',
];

const takes = (operation: Operation): string => {
  const access = accessOf(operation);
  if (access === 'public') return `nothing | ${HEADS.map(() => 'yes').join(' | ')}`;
  if (access === 'host') return `evidence of a host | ${HEADS.map(() => '').join(' | ')}`;
  if (access === 'operator') return `any role | ${HEADS.map(() => 'yes').join(' | ')}`;
  return `\`${access}\` | ${cells(access)}`;
};

const ABOUT: Readonly<Record<Extract<Reach, string>, string>> = {
  whole: 'everything',
  parts: 'what is in scope',
  person: 'a person',
  asked: 'another request',
  questions: 'what its questions name',
  undivided: '',
};

const aboutOf = (operation: Operation): string => {
  const reach = REACH[operation];
  return typeof reach === 'string' ? ABOUT[reach] : Object.keys(reach).join(', ');
};

let authority: HttpAuthority;
beforeAll(async () => {
  authority = await openHttpAuthority();
});
afterAll(() => authority.close());

const operationTable = async (): Promise<ReadonlyArray<string>> => {
  const { paths } = (await authority.ask('GET', '/v1/openapi.json')).json();
  const rows = Object.entries<Record<string, { operationId: Operation }>>(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(
      ([method, { operationId }]) =>
        `| \`${operationId}\` | \`${method.toUpperCase()} ${path}\` | ${takes(operationId)} | ${aboutOf(operationId)} |`,
    ),
  );
  return [
    '## What each operation takes',
    '',
    `| operation | request | takes | ${HEADS.join(' | ')} | about |`,
    rule(4 + HEADS.length),
    ...rows,
    '',
  ];
};

describe('docs/permissions.md', () => {
  it('says what each permission lets somebody do, and what each operation takes', async () => {
    const text = [INTRODUCTION, ...permissionTable(), ...(await operationTable())].join('\n');
    await expect(text).toMatchFileSnapshot(join(import.meta.dirname, '..', '..', 'docs', 'permissions.md'));
  });
});
