import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { StoreChoice } from '../../../adapters/authority/store-file.js';
import { openSqliteLedger } from '../../../adapters/event-store/sqlite/open-sqlite-ledger.js';
import { type CopyOptions, copyLedger } from '../../../adapters/ledger-copy/copy-ledger.js';
import { openAuthority } from '../../../adapters/main.js';
import { createFileCheckpointRecord } from '../../../adapters/transparency/file-checkpoint-record.js';
import { testServer } from '../../support/esdb/node.js';
import type { TestServer } from '../../support/esdb/server.js';
import {
  approvedOverHttp,
  attestOverHttp,
  certifiedOverHttp,
  type HttpAuthority,
  joinHttpAuthority,
  openHttpAuthority,
  PASSPHRASE,
} from '../../support/http-authority.js';
import { left, right } from '../../support/ledger.js';
import { run } from '../../support/run-cli.js';
import { softwareTpm } from '../../support/software-tpm.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const silent = { tell: () => undefined };

const copy = (from: string, to: string, store?: StoreChoice): ReturnType<ReturnType<typeof copyLedger>> =>
  copyLedger({ from, to, store, ...silent } satisfies CopyOptions)();

const choiceOf = ({ url }: TestServer): StoreChoice => ({ url, prefix: `t${randomBytes(8).toString('hex')}` });

/** An authority with a verdict, its evidence and a published checkpoint; closed. */
const lived = async (store?: StoreChoice): Promise<HttpAuthority> => {
  const authority = await openHttpAuthority(undefined, store);
  onTestFinished(() => rmSync(dirname(authority.dir), { recursive: true, force: true }));
  const tpm = softwareTpm({ kind: 'rsa', seed: 'a' });
  await certifiedOverHttp(authority, 'host-a', tpm);
  await approvedOverHttp(authority, '8.0.3');
  expect((await attestOverHttp(authority, 'host-a', tpm)).json()).toMatchObject({ verdict: 'affirming' });
  return authority;
};

interface Contents {
  readonly entries: ReadonlyArray<readonly [string, number, string, string]>;
  readonly blobs: ReadonlyArray<readonly [string, string]>;
  readonly record: string;
  readonly published: string;
}

const text = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('latin1');

/** All that a ledger in a folder is, read from its files. */
const contentsOf = async (dir: string): Promise<Contents> => {
  const { events, evidence, digests, close } = right(await openSqliteLedger(join(dir, 'ledger.db'))());
  const entries = right(await events.readAll(0, 100_000)());
  const contents = {
    entries: entries.map(({ stream, revision, id, bytes }) => [stream, revision, id, text(bytes)] as const),
    blobs: await Promise.all(
      right(await digests(0, 100_000)()).map(
        async ({ sha256 }) => [sha256, text(right(await evidence.get(sha256)()))] as const,
      ),
    ),
    record: text(right(await createFileCheckpointRecord(join(dir, 'log', 'record')).read()())),
    published: readFileSync(join(dir, 'log', 'tiles', 'checkpoint'), 'latin1'),
  };
  await close();
  return { ...contents, blobs: [...contents.blobs].sort() };
};

const opening = (dir: string) => openAuthority({ dir, passphrase: PASSPHRASE })();

describe('moving a ledger into EventStoreDB and back', { timeout: 120_000 }, () => {
  it('changes no entry, no evidence, no record and no tree', async () => {
    const { dir, close } = await lived();
    await close();
    const before = await contentsOf(dir);
    const folder = temporaryFolder();
    const [cluster, back] = [join(folder, 'cluster'), join(folder, 'back')];
    const there = right(await copy(dir, cluster, choiceOf(await testServer())));
    expect(there).toMatchObject({ size: before.entries.length, signed: before.entries.length });
    expect(there.evidence).toBe(before.blobs.length);
    const again = right(await copy(cluster, back));
    expect(again).toEqual(there);
    expect(await contentsOf(back)).toEqual(before);
    const verified = await run('verify', '--dir', back, '--json');
    expect(JSON.parse(verified.out)).toMatchObject({ faultCount: 0, root: there.root });
  });

  it('lets the log go on where it stood, with the same people and keys', async () => {
    const { dir, close, tokens } = await lived();
    await close();
    const folder = temporaryFolder();
    const [cluster, back] = [join(folder, 'cluster'), join(folder, 'back')];
    right(await copy(dir, cluster, choiceOf(await testServer())));
    const sizes: Array<number> = [];
    for (const at of [cluster, back]) {
      if (at === back) right(await copy(cluster, back));
      const { app, close: end } = right(await opening(at));
      const headers = { authorization: `Bearer ${tokens.get('wendy') ?? ''}` };
      const enrolled = await app.inject({
        method: 'POST',
        url: '/v1/hosts',
        headers,
        payload: { id: `in-${sizes.length}` },
      });
      expect(enrolled.statusCode).toBe(200);
      const index = Number(enrolled.json().index);
      const reader = { authorization: `Bearer ${tokens.get('arthur') ?? ''}` };
      // A node of a cluster seals once it holds the lease.
      await vi.waitFor(
        async () => {
          const proof = await app.inject({ method: 'GET', url: `/v1/events/${index}/proof`, headers: reader });
          expect(proof.statusCode).toBe(200);
        },
        { timeout: 40_000, interval: 500 },
      );
      sizes.push(Number((await app.inject({ method: 'GET', url: '/checkpoint' })).body.split('\n')[1]));
      await end();
    }
    expect(sizes[1]).toBeGreaterThan(sizes[0] ?? Number.POSITIVE_INFINITY);
    expect((await run('verify', '--dir', back)).code).toBe(0);
  }, 120_000);

  it('leaves a place that can be read, and never signs again', async () => {
    const { dir, close } = await lived();
    await close();
    const cluster = join(temporaryFolder(), 'cluster');
    const choice = choiceOf(await testServer());
    right(await copy(dir, cluster, choice));
    expect(left(await opening(dir))._tag).toBe('LedgerMoved');
    expect((await run('backup', join(temporaryFolder(), 'b'), '--dir', dir)).err).toContain('was moved');
    expect((await run('verify', '--dir', dir)).code).toBe(0);
    expect(left(await copy(dir, join(temporaryFolder(), 'second'), { ...choice, prefix: 'second' }))._tag).toBe(
      'MovedBefore',
    );
    right(await copy(cluster, join(temporaryFolder(), 'back')));
    expect(left(await opening(cluster))._tag).toBe('LedgerMoved');
    rmSync(join(cluster, 'moved.json'));
    expect(left(await opening(cluster))).toMatchObject({
      _tag: 'StoreRefused',
      rule: expect.stringContaining('moved'),
    });
  });

  it('ends other nodes of the cluster, and loses nothing that they acknowledged', async () => {
    const store = choiceOf(await testServer());
    const one = await lived(store);
    const two = await joinHttpAuthority(one, store);
    onTestFinished(() => two.close());
    await one.close();
    let stopped = false;
    const acknowledged: Array<{ id: string; index: number }> = [];
    const load = (async () => {
      for (let i = 0; !stopped; i++) {
        const reply = await two.ask('POST', '/v1/hosts', { as: 'wendy', body: { id: `host-${i}` } });
        if (reply.statusCode === 200) acknowledged.push({ id: `host-${i}`, index: Number(reply.json().index) });
        else stopped = true;
      }
    })();
    const back = join(temporaryFolder(), 'back');
    const { size } = right(await copy(one.dir, back));
    await load;
    expect(acknowledged.length).toBeGreaterThan(0);
    const { entries } = await contentsOf(back);
    expect(entries).toHaveLength(size);
    for (const { id, index } of acknowledged) expect(entries[index]?.[0]).toBe(`host/${id}`);
    expect((await two.ask('POST', '/v1/hosts', { as: 'wendy', body: { id: 'late' } })).statusCode).toBeGreaterThan(400);
    right(await opening(back));
  });
});

describe('a ledger is not copied', { timeout: 120_000 }, () => {
  it('while a server holds it', async () => {
    const { dir, close } = await lived();
    onTestFinished(close);
    const to = join(temporaryFolder(), 'cluster');
    expect(left(await copy(dir, to, choiceOf(await testServer())))._tag).toBe('StoreUnavailable');
    expect(existsSync(to)).toBe(false);
  });

  it('into a folder that holds anything', async () => {
    const { dir, close } = await lived();
    await close();
    const to = temporaryFolder();
    writeFileSync(join(to, 'keys.json'), '{}');
    expect(left(await copy(dir, to, choiceOf(await testServer())))._tag).toBe('TargetHoldsOther');
  });

  it('into streams that another authority uses, of which none changes', async () => {
    const server = await testServer();
    const store = choiceOf(server);
    const other = await lived(store);
    await other.close();
    const ledgerOf = (): number => server.log.all().filter(({ stream }) => stream.includes('/ledger/')).length;
    const before = ledgerOf();
    const { dir, close } = await lived();
    await close();
    expect(left(await copy(dir, join(temporaryFolder(), 'cluster'), store))._tag).toBe('TargetHoldsOther');
    expect(ledgerOf()).toBe(before);
    const { close: end } = right(await opening(dir));
    await end();
  });

  it('when what was signed is not what it holds', async () => {
    const { dir, close } = await lived();
    await close();
    const other = await lived();
    await other.close();
    const record = createFileCheckpointRecord(join(dir, 'log', 'record'));
    const foreign = right(await createFileCheckpointRecord(join(other.dir, 'log', 'record')).read()());
    right(await record.compareAndSwap(right(await record.read()()), foreign ?? new Uint8Array())());
    expect(left(await copy(dir, join(temporaryFolder(), 'cluster'), choiceOf(await testServer())))._tag).toBe(
      'CheckpointDiffers',
    );
    expect(existsSync(join(dir, 'moved.json'))).toBe(false);
  });

  it('to be served half', async () => {
    const { dir, close } = await lived();
    await close();
    const server = await testServer();
    const store = choiceOf(server);
    const to = join(temporaryFolder(), 'cluster');
    for (let i = 0; i < 10; i++) server.faults.nextAppend(`${store.prefix}/ledger/host/`, 'refused');
    expect(left(await copy(dir, to, store))._tag).toBe('StoreUnavailable');
    expect(left(await opening(to))._tag).toBe('CopyUnfinished');
    expect((await run('verify', '--dir', to)).code).toBe(4);
    right(await copy(dir, to, store));
    const { close: end } = right(await opening(to));
    await end();
  });
});
