import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { readServicesFile } from '../../../adapters/import/services-file.js';
import { utf8 } from '../../../domain/encoding/bytes.js';
import { right } from '../../support/ledger.js';

/* No exported file could be had: these are made from the names in the public API reference. */

type Json = Readonly<Record<string, unknown>>;

const read = (value: unknown) => readServicesFile(utf8(JSON.stringify(value)));
const service = (hostname = 'esx-a.blue.example', more: Json = {}): Json => ({
  address: { hostname, port: 443 },
  group: 'g1',
  cluster: 'domain-c8',
  trusted_ca: { cert_chain: ['-----BEGIN CERTIFICATE-----'] },
  ...more,
});
const FILE = { attestation: [service()], kms: [service(undefined, { host: 'host-12' })] };
const ONE = { hostname: 'esx-a.blue.example', port: 443, group: 'g1', cluster: 'domain-c8' };
const BOTH = [
  { kind: 'attestation', ...ONE, host: null },
  { kind: 'key-provider', ...ONE, host: 'host-12' },
];

/** Every field's name by another spelling. */
const spelt = (value: unknown, by: (name: string) => string): unknown => {
  if (Array.isArray(value)) return value.map((each) => spelt(each, by));
  return typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value).map(([key, each]) => [by(key), spelt(each, by)]))
    : value;
};
const camel = (name: string): string => name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
const pascal = (name: string): string => camel(name).replace(/^\w/, (letter) => letter.toUpperCase());

describe('a services file of the old system', () => {
  it.each([
    ['snake', (name: string) => name],
    ['camel', camel],
    ['Pascal', pascal],
    ['upper', (name: string) => name.toUpperCase()],
  ])('is read in %s case: which host served whom', (_, by) => {
    expect(right(read(spelt(FILE, by)))).toEqual(BOTH);
  });

  it('is read by the names of lists and clusters that the API and the cmdlets have, and with a list of one written as that one', () => {
    const { cluster, ...rest } = service();
    const named = { ...rest, trust_authority_cluster: cluster };
    const read1 = right(
      read({ AttestationServices: named, KeyProviderServices: service(undefined, { Host: 'host-12' }) }),
    );
    expect(read1).toEqual(BOTH);
  });

  it('has 443 where no port is said, and host names in small letters', () => {
    const [found] = right(
      read({ attestation: [service('x', { address: { hostname: 'ESX-A.example', port: null } })] }),
    );
    expect(found).toMatchObject({ hostname: 'esx-a.example', port: 443 });
  });

  it.each<readonly [string, unknown, string]>([
    ['a list', [service()], 'the file must be an object'],
    ['lists of other names', { hosts: [] }, 'the file has the fields hosts; expected are attestation?'],
    ['nothing', {}, 'the file holds 0 services'],
    ['too much', { kms: Array(513).fill(service()) }, 'the file holds 513 services'],
    ['a service that is a text', { kms: ['a'] }, 'kms[0] must be an object'],
    [
      'a field that is not known',
      { kms: [service('a', { password: 'hunter2' })] },
      'kms[0] has the fields address, group, cluster, trusted_ca, password; expected are address, group, cluster?',
    ],
    ['one field twice', { kms: [service('a', { Group: 'g2' })] }, 'kms[0] has the fields address, group,'],
    [
      'no address',
      { kms: [{ group: 'g', cluster: 'c' }] },
      'kms[0] has the fields group, cluster; expected are address',
    ],
    ['no cluster', { kms: [{ group: 'g', address: { hostname: 'a' } }] }, 'kms[0].cluster must be'],
    ['a group of many letters', { kms: [service('a', { group: 'g'.repeat(65) })] }, 'kms[0].group must be'],
    ['two clusters', { kms: [service('a', { trust_authority_cluster: 'other' })] }, 'kms[0].cluster is said twice'],
    ['a host that is no text', { kms: [service('a', { host: { name: 'x' } })] }, 'kms[0].host must be'],
    ['no host name', { kms: [service('a b')] }, 'kms[0].address.hostname must be'],
    ['a port that is none', { kms: [service('a', { address: { hostname: 'a', port: 0 } })] }, 'kms[0].address.port'],
    [
      'an address with more',
      { kms: [service('a', { address: { hostname: 'a', path: '/' } })] },
      'kms[0].address has the fields',
    ],
  ])('is refused with %s: what was found, and what was expected', (_, value, rule) => {
    const found = read(value);
    expect(found).toEqual(E.left(expect.stringContaining(rule)));
    expect(JSON.stringify(found)).not.toContain('hunter2');
  });

  it('names a few of many strange fields, shortened', () => {
    const strange = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`${String(i)}${'x'.repeat(100)}`, 1]));
    const found = read(strange);
    expect(E.isLeft(found) && found.left.length < 1_200 && found.left.includes('and 8 more')).toBe(true);
  });

  it('is bounded, and never throws, whatever bytes or JSON come', () => {
    expect(readServicesFile(new Uint8Array(1_048_577))).toEqual(E.left(expect.stringContaining('larger')));
    fc.assert(fc.property(fc.uint8Array(), (bytes) => E.isLeft(readServicesFile(bytes))));
    const odd = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom('a', 1, null, true),
        fc.array(tie('value'), { maxLength: 3 }),
        tie('object'),
      ),
      object: fc.dictionary(
        fc.constantFrom('attestation', 'kms', 'address', 'hostname', 'port', 'group', 'cluster', '__proto__'),
        tie('value'),
        { maxKeys: 5 },
      ),
    }));
    fc.assert(
      fc.property(odd.object, (value) => {
        const found = read(value);
        if (E.isRight(found)) expect(found.right.length).toBeGreaterThan(0);
      }),
    );
  });
});
