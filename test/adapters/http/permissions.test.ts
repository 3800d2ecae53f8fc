import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessOf, type Operation, PERMISSIONS } from '../../../adapters/http/permissions.js';
import { type HttpAuthority, openHttpAuthority, PEOPLE, type Person } from '../../support/http-authority.js';

let authority: HttpAuthority;
beforeAll(async () => {
  authority = await openHttpAuthority();
});
afterAll(() => authority.close());

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
    expect(new Set(served)).toEqual(new Set(Object.keys(PERMISSIONS)));
    expect(served.length).toBe(new Set(served).size);
  });

  it('let each role through exactly where the table says so, on every route', async () => {
    const before = await authority.size();
    for (const { method, path, operation } of await operations()) {
      const access = accessOf(operation);
      for (const { subject, role } of PEOPLE) {
        const reply = await authority.ask(method as 'GET', path, { as: subject as Person, raw: '{' });
        const forbidden = Array.isArray(access) && !access.includes(role);
        expect([operation, role, reply.statusCode === 403]).toEqual([operation, role, forbidden]);
        expect([operation, role, reply.statusCode === 401]).toEqual([operation, role, false]);
      }
    }
    expect(await authority.size()).toBe(before);
  });

  it('ask for a token on every route that is not public and not for hosts', async () => {
    for (const { method, path, operation } of await operations()) {
      const reply = await authority.ask(method as 'GET', path, { raw: '{' });
      expect([operation, reply.statusCode === 401]).toEqual([operation, Array.isArray(accessOf(operation))]);
    }
  });

  it('let nobody but trust administrators change what decides trust', () => {
    const decides = Object.keys(PERMISSIONS).filter((operation) =>
      /^(?:propose|approve|withdraw|trust|revoke|list(?=TpmModel$)|delist|changePolicy|quarantine|release|replaceEnd|grant)/.test(
        operation,
      ),
    );
    expect(decides.length).toBeGreaterThan(12);
    for (const operation of decides)
      expect([operation, accessOf(operation as Operation)]).toEqual([operation, ['trust-administrator']]);
  });
});
