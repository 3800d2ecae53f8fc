import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { StoreChoice } from '../../adapters/authority/store-file.js';
import type { SigningKeysAnswer } from '../../adapters/http/routes/signing-keys.js';
import { exportKeys } from '../../adapters/key-store/change-keys.js';
import { openKeyFile } from '../../adapters/key-store/key-store.js';
import { testServer } from '../support/esdb/node.js';
import type { TestServer } from '../support/esdb/server.js';
import {
  type HttpAuthority,
  joinHttpAuthority,
  openFolder,
  openHttpAuthority,
  PASSPHRASE,
} from '../support/http-authority.js';
import { right } from '../support/ledger.js';
import { nodeKeys } from '../support/node-keys.js';
import { type Ran, run } from '../support/run-cli.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { until } from '../support/until.js';

/** Opening keys is slow by design, and machines are loaded. */
const PATIENT = { timeout: 300_000 };

interface Node extends HttpAuthority {
  /** How commands on its machine ask it. */
  readonly ours: ReadonlyArray<string>;
}

const served = async (node: HttpAuthority): Promise<Node> => {
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => (closed ??= node.close());
  onTestFinished(async () => {
    await close();
    rmSync(dirname(node.dir), { recursive: true, force: true });
  });
  const token = join(temporaryFolder(), 'token');
  writeFileSync(token, node.tokens.get('alice') ?? '');
  const url = await node.app.listen({ host: '127.0.0.1', port: 0 });
  return { ...node, close, ours: ['--dir', node.dir, '--url', url, '--token-file', token] };
};

interface Cluster {
  readonly one: Node;
  readonly two: Node;
  readonly store: StoreChoice;
  readonly server: TestServer;
}

const twoNodes = async (): Promise<Cluster> => {
  const server = await testServer();
  const store: StoreChoice = { url: server.url, prefix: `t${randomBytes(8).toString('hex')}` };
  const one = await served(await openHttpAuthority(undefined, store));
  const two = await served(await joinHttpAuthority(one, store, await nodeKeys('gate-2', one.ours)));
  return { one, two, store, server };
};

const ok = ({ code, out, err }: Ran): string => {
  expect([err, code]).toEqual(['', 0]);
  return out;
};

const signingKey = async (node: Node, ...argv: ReadonlyArray<string>): Promise<Ran> =>
  run('signing-key', ...argv, ...node.ours);

/** As that node knows it: it hears from the others a moment after they have a key. */
const allHoldAll = async (node: Node): Promise<boolean> => !ok(await signingKey(node, 'holders')).includes('NO');

const inUse = async ({ ask }: Node, purpose: string): Promise<string> => {
  const { keys } = (await ask('GET', '/v1/signing-keys', { as: 'arthur' })).json<SigningKeysAnswer>();
  return keys.findLast((key) => key.purpose === purpose && key.until === null)?.kid ?? '';
};

const heldIn = async ({ dir }: Node): Promise<ReadonlyArray<string>> =>
  Object.keys(right(await openKeyFile(join(dir, 'keys.json'), PASSPHRASE)()).secrets.seeds);

const revision = async ({ ask }: Node): Promise<number> =>
  (await ask('GET', '/v1/authority', { as: 'arthur' })).json<SigningKeysAnswer>().keys.length;

const sizeIn = (checkpoint: string): number => Number(checkpoint.split('\n')[1]);
const signaturesIn = (checkpoint: string): number => checkpoint.match(/^\u2014 /gm)?.length ?? 0;

/** Everything that was ever put into a stream of the authority's, as text. */
const written = ({ server, store }: Cluster, stream: string): ReadonlyArray<string> =>
  (server.log.stream(`${store.prefix}/${stream}`) ?? []).map(({ data }) => Buffer.from(data).toString('utf8'));

it('a rotated log key and a rotated token key are at every node before they count', PATIENT, async () => {
  const cluster = await twoNodes();
  const { one, two } = cluster;
  const entries: Record<string, number> = {};
  for (const purpose of ['log', 'token']) {
    const old = await inUse(one, purpose);
    entries[purpose] = Number(/as entry (\d+)/.exec(ok(await signingKey(one, 'rotate', purpose)))?.[1]);
    const next = await inUse(one, purpose);
    expect(next).not.toBe(old);
    expect(await heldIn(two)).toEqual(expect.arrayContaining([old, next]));
    await until('the event at the other node', async () => (await inUse(two, purpose)) === next);
  }
  expect((await two.ask('GET', '/v1/health')).json()).toMatchObject({ status: 'ok', missingKeys: [] });
  await until('that both have both', () => allHoldAll(two));
  const jwks = async ({ ask }: Node) => (await ask('GET', '/.well-known/jwks.json')).json();
  expect(await jwks(two)).toEqual(await jwks(one));

  // Whoever sealed, before and after: no tree that holds the event of the key was signed without it.
  await one.close();
  const size = async (): Promise<number> => sizeIn((await two.ask('GET', '/checkpoint')).body);
  await two.ask('POST', '/v1/hosts', { as: 'wendy', body: { id: 'host-z' } });
  const least = await two.size();
  await until('the other node sealing', async () => (await size()) >= least);
  const signed = written(cluster, 'log-record');
  expect(signed.map(signaturesIn)).toEqual(expect.arrayContaining([1, 2]));
  expect(signed.map((each) => signaturesIn(each))).toEqual(
    signed.map((each) => (sizeIn(each) > (entries['log'] ?? 0) ? 2 : 1)),
  );
  const seeds = Object.values(right(await openKeyFile(join(two.dir, 'keys.json'), PASSPHRASE)()).secrets.seeds);
  const said = [...written(cluster, 'keys'), ...one.lines, ...two.lines].join();
  expect(said).toContain('KeyOffer');
  for (const seed of seeds) {
    const bytes = Buffer.from(seed, 'base64');
    for (const text of [seed, bytes.toString('hex'), bytes.toString('base64url')])
      expect(said.includes(text)).toBe(false);
  }
});

it(
  'nothing changes while a node is away, unless it is left behind; it takes the key when it comes back',
  PATIENT,
  async () => {
    const cluster = await twoNodes();
    const { one, two } = cluster;
    await two.close();
    const [old, before] = [await inUse(one, 'token'), await revision(one)];
    const refused = await signingKey(one, 'rotate', 'token', '--wait', '0');
    expect([refused.code, refused.err]).toEqual([3, expect.stringContaining('gate-2 did not take the new token key')]);
    expect([await inUse(one, 'token'), await revision(one)]).toEqual([old, before]);
    expect(ok(await signingKey(one, 'rotate', 'token', '--leave-behind', 'gate-2'))).toContain(
      'gate-2 lacks token key',
    );
    const next = await inUse(one, 'token');
    const back = await served(await openFolder(two.dir, one.tokens, one.now));
    await until('the key', async () => (await heldIn(back)).includes(next));
    await until('health', async () => (await back.ask('GET', '/v1/health')).statusCode === 200);
    await until('that all have all', () => allHoldAll(one));

    // A node that is taken out is given nothing any more, though it still runs.
    const { keys } = (await one.ask('GET', '/v1/signing-keys', { as: 'arthur' })).json<SigningKeysAnswer>();
    const gate2 = keys.find(({ node }) => node === 'gate-2')?.kid ?? '';
    ok(await signingKey(one, 'retire', gate2));
    ok(await signingKey(one, 'rotate', 'log', '--wait', '0'));
    const log = await inUse(one, 'log');
    await until('what the removed node says', () => back.lines.some((line) => line.includes(`lacks log key ${log}`)));
    expect(await heldIn(back)).not.toContain(log);
    const offers = written(cluster, 'keys').filter((text) => text.includes(`"kid":"${log}"`));
    expect(offers.length).toBeGreaterThan(0);
    expect(offers.filter((text) => text.includes(`"to":"${gate2}"`))).toEqual([]);
  },
);

it(
  'a key that is in no node\u2019s file is not handed over, and whoever lacks a key signs nothing with the one before',
  PATIENT,
  async () => {
    const { one } = await twoNodes();
    const elsewhere = join(temporaryFolder(), 'signer');
    mkdirSync(elsewhere);
    writeFileSync(join(elsewhere, 'pass'), `${PASSPHRASE}\n`);
    right(
      await exportKeys(
        { file: join(one.dir, 'keys.json'), passphrase: PASSPHRASE },
        { file: join(elsewhere, 'keys.json'), passphrase: PASSPHRASE },
        [],
      )(),
    );
    const rotate = (...more: ReadonlyArray<string>): Promise<Ran> =>
      signingKey(
        one,
        ...['rotate', 'token', '--wait', '0', '--keys', elsewhere, '--keys-passphrase-file', join(elsewhere, 'pass')],
        ...['--authority-key', join(one.dir, 'keys.json'), '--authority-passphrase-file', join(elsewhere, 'pass')],
        ...more,
      );
    const old = await inUse(one, 'token');
    const refused = await rotate();
    expect([refused.code, refused.err]).toEqual([3, expect.stringContaining('a signer has it')]);
    expect(await inUse(one, 'token')).toBe(old);
    const [first] = (await one.ask('GET', '/v1/signing-keys/holders', { as: 'arthur' })).json().keys[0].nodes;
    ok(await rotate('--leave-behind', 'gate-2', '--leave-behind', first.kid));
    const health = await one.ask('GET', '/v1/health');
    expect([health.statusCode, health.json().code]).toEqual([503, 'SharedKeyMissing']);
    ok(await signingKey(one, 'retire', await inUse(one, 'token')));
    expect([await inUse(one, 'token'), (await one.ask('GET', '/v1/health')).statusCode]).toEqual([old, 200]);
  },
);
