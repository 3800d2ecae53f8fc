import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessOf, OPERATIONS, type Operation } from '../../../adapters/http/permissions.js';
import { PERMISSIONS } from '../../../domain/access/permissions.js';
import { mayRole } from '../../../domain/access/roles.js';
import { type HttpAuthority, openHttpAuthority, PEOPLE, type Person } from '../../support/http-authority.js';

let authority: HttpAuthority;
beforeAll(async () => {
  authority = await openHttpAuthority();
});
afterAll(() => authority.close());

/** Posts that only read. */
const READS = new Set<Operation>(['replay', 'verify', 'rehearse', 'whatIf', 'blastRadius']);
/** Answers as long as it is listened to. */
const ENDLESS = new Set<Operation>(['live']);
/** Changes that make nobody trusted who was not. */
const HARMLESS = new Set<string>(['ManageWorkload', 'RelayReports', 'AskGuard']);

interface Described {
  readonly operationId: Operation;
}

const operations = async (): Promise<ReadonlyArray<{ method: string; path: string; operation: Operation }>> => {
  const document = (await authority.ask('GET', '/v1/openapi.json')).json();
  return Object.entries<Record<string, Described>>(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId }]) => ({
      method: method.toUpperCase(),
      path: path.replaceAll(/\{\w+\}/g, 'x'),
      operation: operationId,
    })),
  );
};

describe('permissions', () => {
  it('name exactly the routes that there are', async () => {
    const served = (await operations()).map(({ operation }) => operation);
    expect(new Set(served)).toEqual(new Set(Object.keys(OPERATIONS)));
    expect(served.length).toBe(new Set(served).size);
  });

  it('let each role through exactly where the table says so, on every route', async () => {
    const before = await authority.size();
    for (const { method, path, operation } of await operations()) {
      if (ENDLESS.has(operation)) continue;
      const access = accessOf(operation);
      for (const { subject, role } of PEOPLE) {
        const reply = await authority.ask(method as 'GET', path, { as: subject as Person, raw: '{' });
        const forbidden = access !== 'public' && access !== 'host' && access !== 'operator' && !mayRole(role, access);
        const refused = reply.statusCode === 403 && reply.json().code !== 'TokenForged';
        expect([operation, role, refused]).toEqual([operation, role, forbidden]);
        expect([operation, role, reply.statusCode === 401]).toEqual([operation, role, false]);
      }
    }
    expect(await authority.size()).toBe(before);
  });

  it('ask for a token on every route that is not public and not for hosts', async () => {
    for (const { method, path, operation } of await operations()) {
      const reply = await authority.ask(method as 'GET', path, { raw: '{' });
      const access = accessOf(operation);
      expect([operation, reply.statusCode === 401]).toEqual([operation, access !== 'public' && access !== 'host']);
    }
  });

  it('let an operation that changes something through only to those who may change it', async () => {
    const changes = (await operations()).filter(({ method, operation }) => method !== 'GET' && !READS.has(operation));
    expect(changes.length).toBeGreaterThan(18);
    for (const { operation } of changes) {
      const access = accessOf(operation);
      if (access === 'operator')
        expect(operation).toMatch(
          /^(?:(?:bind|release)ClientCertificate|(?:offer|bind|release)Account|revokeTokens|renewOwnToken)$/,
        );
      else if (access === 'public' || access === 'host')
        expect(operation).toMatch(
          /^(?:challenge|certify|attest|renewTokens|reportAppliedConfig|(?:generate|encrypt|decrypt|rekey)Key)/,
        );
      else expect([operation, PERMISSIONS[access].decidesTrust || HARMLESS.has(access)]).toEqual([operation, true]);
    }
  });
});
