import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { dataFolder } from '../../../adapters/authority/data-folder.js';
import { logKeyOf } from '../../../adapters/authority/log-key.js';
import { entryEngines } from '../../../adapters/crypto/engines.js';
import { readPublicKeys } from '../../../adapters/key-store/key-store.js';
import { openAuthority } from '../../../adapters/main.js';
import { concat, equalBytes, fromBase64 } from '../../../domain/encoding/bytes.js';
import { leafBytes } from '../../../domain/ledger/leaf.js';
import { verifyConsistency } from '../../../domain/ledger/merkle-proof.js';
import { type Checkpoint, openCheckpoint } from '../../../domain/transparency/checkpoint.js';
import { decodeEntryBundle } from '../../../domain/transparency/entry-bundle.js';
import { parseTlogProof, verifyTlogProof } from '../../../domain/transparency/tlog-proof.js';
import type { VerifierKey } from '../../../domain/transparency/verifier-key.js';
import { type HttpAuthority, openHttpAuthority, PASSPHRASE } from '../../support/http-authority.js';
import { left, right } from '../../support/ledger.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const { hashing, verifyEd25519 } = entryEngines;
let authority: HttpAuthority;
let key: VerifierKey;
beforeAll(async () => {
  authority = await openHttpAuthority();
  key = right(logKeyOf(right(await readPublicKeys(dataFolder(authority.dir).keys)())));
});
afterAll(() => authority.close());

const enrol = async (id: string): Promise<number> =>
  (await authority.ask('POST', '/v1/hosts', { as: 'wendy', body: { id } })).json().index;

const checkpoint = async (): Promise<Checkpoint> => {
  const reply = await authority.ask('GET', '/checkpoint');
  expect(reply.statusCode).toBe(200);
  return right(openCheckpoint(verifyEd25519, [key], new Uint8Array(reply.rawPayload))).checkpoint;
};

/** Asking for the proof of an entry waits until it is published. */
const proofOf = async (index: number): Promise<Uint8Array> => {
  const reply = await authority.ask('GET', `/v1/events/${String(index)}/proof`, { as: 'arthur' });
  expect([reply.statusCode, reply.headers['content-type']]).toEqual([200, 'text/plain; charset=utf-8']);
  return new Uint8Array(reply.rawPayload);
};

describe('the log over HTTP', () => {
  it('serves a checkpoint that the key of the authority verifies, to everybody, and lets it be cached', async () => {
    const index = await enrol('cp-1');
    await proofOf(index);
    const reply = await authority.ask('GET', '/checkpoint');
    expect(reply.headers).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'cache-control': 'public, max-age=1',
    });
    expect(await checkpoint()).toMatchObject({ origin: key.name, size: index + 1 });
  });

  it('serves tiles of hashes to everybody and bundles to auditors, each the other one hashed', async () => {
    await proofOf(await enrol('tile-1'));
    const { size } = await checkpoint();
    const path = `000.p/${String(size)}`;
    const tile = await authority.ask('GET', `/tile/0/${path}`);
    expect(tile.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    const headers = { 'accept-encoding': 'gzip' };
    const bundle = await authority.ask('GET', `/tile/entries/${path}`, { as: 'arthur', headers });
    expect(bundle.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'accept-encoding' });
    expect(bundle.headers['cache-control']).toMatch(/^private/);
    const list = right(decodeEntryBundle(new Uint8Array(gunzipSync(bundle.rawPayload)), size));
    const leaves = concat(...list.map((entry) => leafBytes(hashing, entry)));
    expect(equalBytes(leaves, new Uint8Array(tile.rawPayload))).toBe(true);
  });

  it('gives entries to nobody without a token, however the path is written', async () => {
    const { size } = await checkpoint();
    const part = `000.p/${String(size)}`;
    expect((await authority.ask('GET', `/tile/entries/${part}`)).statusCode).toBe(401);
    expect((await authority.ask('GET', `/tile/entries/${part}`, { as: 'wendy' })).statusCode).toBe(403);
    for (const path of ['entries%2F', 'entries%2f', '/entries/', './entries/', '%65ntries/', '0/../entries/']) {
      const reply = await authority.ask('GET', `/tile/${path}${part}`);
      expect([path, [401, 404].includes(reply.statusCode)]).toEqual([path, true]);
    }
  });

  it('answers tiles that there are none of with 404 that nobody keeps', async () => {
    for (const path of ['/tile/0/999', '/tile/x', '/tile/0/000.p/0']) {
      const reply = await authority.ask('GET', path);
      expect([reply.statusCode, reply.headers['cache-control']]).toEqual([404, 'no-store']);
    }
  });

  it('proves an entry as soon as it is recorded, offline and with the key alone', async () => {
    const index = await enrol('proof-1');
    const proof = right(parseTlogProof(await proofOf(index)));
    const [entry] = right(await authority.opened.deps.store.readAll(index, 1)());
    const policy = { logs: [{ key, url: undefined }], witnesses: [], quorum: { _tag: 'None' as const } };
    const engines = { hashing, verifyEd25519 };
    expect(right(verifyTlogProof(engines, policy, proof, leafBytes(hashing, entry!.bytes))).checkpoint.size).toBe(
      index + 1,
    );
    const other = leafBytes(hashing, concat(entry!.bytes, Uint8Array.of(0)));
    expect(left(verifyTlogProof(engines, policy, proof, other))._tag).toBe('NotIncluded');
    const beyond = await authority.ask('GET', '/v1/events/100000/proof', { as: 'arthur' });
    expect([beyond.statusCode, beyond.json().code]).toEqual([404, 'NotInLog']);
  });

  it('proves to every operator that the log only grew', async () => {
    const older = await checkpoint();
    await proofOf(await enrol('grow-1'));
    const newer = await checkpoint();
    const asked = `/v1/ledger/consistency?from=${String(older.size)}&to=${String(newer.size)}`;
    const reply = (await authority.ask('GET', asked, { as: 'wendy' })).json();
    expect(verifyConsistency(hashing, older, newer, reply.hashes.map(fromBase64))).toBe(true);
    expect((await authority.ask('GET', '/v1/ledger/consistency?from=2&to=1', { as: 'wendy' })).json().code).toBe(
      'SizesReversed',
    );
    expect((await authority.ask('GET', '/v1/ledger/consistency?from=1&to=9999', { as: 'wendy' })).json().code).toBe(
      'NotInLog',
    );
  });
});

describe('the log of a data folder', () => {
  it('refuses to go on from an older copy of the ledger, and reads on without the keys', async () => {
    const first = await openHttpAuthority();
    await first.close();
    const old = join(temporaryFolder(), 'old');
    cpSync(first.dir, old, { recursive: true });
    const again = right(await openAuthority({ dir: first.dir, passphrase: PASSPHRASE })());
    const authorization = `Bearer ${first.tokens.get('wendy') ?? ''}`;
    await again.app.inject({ method: 'POST', url: '/v1/hosts', headers: { authorization }, payload: { id: 'h1' } });
    await again.close();
    const locked = right(await openAuthority({ dir: first.dir, passphrase: undefined })());
    const served = await locked.app.inject({ method: 'GET', url: '/checkpoint' });
    expect([served.statusCode, served.body]).toEqual([200, expect.stringContaining('sekisho/')]);
    await locked.close();
    rmSync(join(old, 'log'), { recursive: true });
    cpSync(join(first.dir, 'log'), join(old, 'log'), { recursive: true });
    const refused = left(await openAuthority({ dir: old, passphrase: PASSPHRASE })());
    expect(refused).toMatchObject({ _tag: 'LogRefused', fault: { _tag: 'StoreShorter' } });
  });

  it('is begun where there was none, and lets everybody read entries when told so', async () => {
    const first = await openHttpAuthority();
    await first.close();
    rmSync(join(first.dir, 'log'), { recursive: true });
    const again = right(await openAuthority({ dir: first.dir, passphrase: PASSPHRASE, publicEntries: true })());
    onTestFinished(() => again.close());
    const served = await again.app.inject({ method: 'GET', url: '/checkpoint' });
    const size = served.body.split('\n')[1] ?? '';
    const bundle = await again.app.inject({ method: 'GET', url: `/tile/entries/000.p/${size}` });
    expect([bundle.statusCode, bundle.headers['cache-control']]).toEqual([200, expect.stringMatching(/^public/)]);
  });
});
