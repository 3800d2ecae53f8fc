import { readFileSync } from 'node:fs';
import nacl from 'tweetnacl';
import { dataFolder } from '../../adapters/authority/data-folder.js';
import { openVault } from '../../adapters/key-vault/open-vault.js';
import { fromBase64, fromUtf8, toBase64, toHex, utf8 } from '../../domain/encoding/bytes.js';
import { primaryKeysName } from '../../domain/key-provider/secret-names.js';
import { type KeyUser, keyUser } from '../support/key-user.js';
import { needlesIn } from '../support/needles.js';
import { processMemory } from '../support/process-memory.js';
import type { BenchGroup, Figure } from './figure.js';
import { enrolFleet } from './fleet.js';
import { temporaryFolder } from './ledger.js';
import { orThrow } from './recorded-boot.js';
import { initAuthority, type ServedAuthority, serveAuthority } from './served-authority.js';

const EACH = 25;
const HOSTS = 4;

type Secrets = ReadonlyMap<string, ReadonlyArray<Uint8Array>>;

const keyOf = ({ key }: { readonly key: Uint8Array | undefined }): Uint8Array => {
  if (key === undefined) throw new Error('no key was released');
  return key;
};

/** Keys that took different ways through the process. */
const released = async (host: KeyUser): Promise<Secrets> => {
  const keys = { made: [] as Array<Uint8Array>, wrapped: [] as Array<Uint8Array>, unwrapped: [] as Array<Uint8Array> };
  for (let i = 0; i < EACH; i++) {
    const made = await host.generate('vault');
    keys.made.push(keyOf(made));
    const again = await host.generate('vault');
    keys.unwrapped.push(keyOf(await host.unwrap('vault', again.ciphertext)));
    const own = nacl.randomBytes(32);
    await host.wrap('vault', own);
    keys.wrapped.push(own);
  }
  return new Map([
    ['keys made here', keys.made],
    ['keys made here and unwrapped again', keys.unwrapped],
    ['keys that a host brought in a request', keys.wrapped],
  ]);
};

/** What the process needs as long as it runs, and what hosts and operators showed it. */
const others = async (dir: string, hosts: ReadonlyArray<KeyUser>): Promise<Secrets> => {
  const folder = dataFolder(dir);
  const passphrase = readFileSync(folder.passphrase, 'utf8').trim();
  const vault = orThrow(await openVault(folder.vault, passphrase)());
  const text = fromUtf8(orThrow(await vault.get(primaryKeysName('vault'))())) ?? '';
  const { keys } = JSON.parse(text) as { readonly keys: ReadonlyArray<{ readonly key: string }> };
  return new Map([
    ['primary keys', keys.map(({ key }) => fromBase64(key))],
    ['passphrase', [utf8(passphrase)]],
    ["operators' tokens", [utf8(readFileSync(folder.tokenOf('trust-admin-1'), 'utf8').trim())]],
    ["hosts' tokens", hosts.map(({ secrets }) => secrets.token)],
    ['wrapping keys of hosts, which never left them', hosts.map(({ secrets }) => secrets['wrapping key'])],
  ]);
};

const FORMS: ReadonlyArray<readonly [string, (secret: Uint8Array) => Uint8Array]> = [
  ['bytes', (secret) => secret],
  ['base64', (secret) => utf8(toBase64(secret).replace(/=+$/, ''))],
  ['hex', (secret) => utf8(toHex(secret))],
];

const nameOf = (kind: string, form: string, i: number): string => `${kind}/${form}/${String(i)}`;

/** How many of them are somewhere in the process' memory, and in which form. */
const search = (pid: number, secrets: Secrets): ReadonlyArray<Figure> => {
  const needles = new Map(
    [...secrets].flatMap(([kind, each]) =>
      FORMS.flatMap(([form, spelt]) => each.map((secret, i) => [nameOf(kind, form, i), spelt(secret)] as const)),
    ),
  );
  const found = new Set<string>();
  for (const [, bytes] of processMemory(pid)) needlesIn(bytes, needles, found);
  return [...secrets].map(([kind, each]) => {
    const has = (form: string) => (_: Uint8Array, i: number) => found.has(nameOf(kind, form, i));
    const counts = FORMS.map(([form]) => `${String(each.filter(has(form)).length)} as ${form}`);
    const measured = each.filter((secret, i) => FORMS.some(([form]) => has(form)(secret, i))).length;
    return { name: kind, measured, unit: `of ${String(each.length)}`, note: counts.join(', ') };
  });
};

const measure = async (authority: ServedAuthority, dir: string): Promise<ReadonlyArray<Figure>> => {
  const fleet = await enrolFleet(authority, HOSTS);
  const ask = (method: string, path: string, body: unknown): Promise<unknown> =>
    authority.asOperator('trust-admin-1', method, `/v1/key-providers${path}`, body);
  await ask('POST', '', { id: 'vault', kind: 'software' });
  await ask('PUT', '/vault/primary-key', { create: 'remains' });
  const hosts = await Promise.all(fleet.map((host) => keyUser(authority.port, host)));
  const keys = (await Promise.all(hosts.map(released))).reduce(
    (all, more) => new Map([...more].map(([name, each]) => [name, [...(all.get(name) ?? []), ...each]])),
    new Map<string, ReadonlyArray<Uint8Array>>(),
  );
  return search(authority.pid, new Map([...keys, ...(await others(dir, hosts))]));
};

/** No budget: what a garbage-collected runtime leaves behind is told as it is. */
export const remains: BenchGroup = {
  name: 'remains',
  what: 'secrets that are found in the memory of a server that released keys: what a core dump of it would hold',
  run: async () => {
    const folder = temporaryFolder();
    const dir = `${folder.path}/authority`;
    initAuthority(dir);
    const authority = await serveAuthority(dir);
    try {
      return await measure(authority, dir);
    } finally {
      await authority.stop();
      folder.remove();
    }
  },
};
