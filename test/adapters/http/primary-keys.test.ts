import * as TE from 'fp-ts/lib/TaskEither.js';
import nacl from 'tweetnacl';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tellKeyServers } from '../../../domain/key-provider/end-primary-key.js';
import type { KeyServers } from '../../../domain/key-provider/key-servers.js';
import { eventsOf } from '../../support/fold.js';
import {
  approvedOverHttp,
  attestOverHttp,
  certifiedOverHttp,
  type HttpAuthority,
  openHttpAuthority,
  type Person,
} from '../../support/http-authority.js';
import { right } from '../../support/ledger.js';
import { openSealed } from '../../support/open-sealed.js';
import { softwareTpm } from '../../support/software-tpm.js';

const tpm = softwareTpm({ kind: 'rsa', seed: 'primary keys' });
const wrapping = nacl.box.keyPair();
const PATH = '/v1/key-providers/vault/primary-keys';

describe('primary keys over HTTP', () => {
  let authority: HttpAuthority;
  let token: string;

  const asHost = async (operation: string, body: unknown) => {
    const headers = { authorization: `Bearer ${token}` };
    const reply = await authority.ask('POST', `/v1/key-providers/vault/${operation}`, { body, headers });
    return { status: reply.statusCode, body: reply.json() };
  };
  const codes = ({ body }: { body: { reasons?: ReadonlyArray<{ code: string }> } }) => body.reasons?.map((r) => r.code);
  const change = async (name: string): Promise<string> => {
    const body = { create: name };
    await authority.ask('PUT', '/v1/key-providers/vault/primary-key', { as: 'kim', body });
    return (await authority.ask('GET', '/v1/key-providers/vault', { as: 'arthur' })).json().keyProvider.primaryKey;
  };
  const revoke = (key: string, as: Person = 'kim', more = {}) =>
    authority.ask('POST', `${PATH}/${key}/revoke`, { as, body: { reason: 'its year is over', ...more } });
  const destroy = (key: string, as: Person = 'kim', more = {}) =>
    authority.ask('POST', `${PATH}/${key}/destroy`, { as, body: { reason: 'cleared', ...more } });
  const listed = async () => (await authority.ask('GET', PATH, { as: 'arthur' })).json().primaryKeys;
  const typesOf = (reply: { json: () => { events: ReadonlyArray<{ type: string }> } }) =>
    reply.json().events.map(({ type }) => type);

  beforeEach(async () => {
    authority = await openHttpAuthority();
    await certifiedOverHttp(authority, 'h1', tpm);
    await approvedOverHttp(authority, 'good');
    await authority.ask('POST', '/v1/key-providers', { as: 'kim', body: { id: 'vault', kind: 'software' } });
    const { tokens } = (await attestOverHttp(authority, 'h1', tpm, undefined, wrapping.publicKey)).json();
    token = tokens[0].token;
  });
  afterEach(() => authority.close());

  it('end at once by being revoked: nothing is wrapped or unwrapped, and the ledger of keys says why', async () => {
    const first = await change('first');
    const made = (await asHost('generate-key', { bytes: 32 })).body;
    expect(typesOf(await revoke(first))).toEqual(['PrimaryKeyRevoked', 'PrimaryKeyEndConfirmed']);
    expect(codes(await asHost('generate-key', { bytes: 32 }))).toEqual(['PrimaryKeyRevoked']);
    expect(codes(await asHost('decrypt', { ciphertext: made.ciphertext }))).toEqual(['PrimaryKeyRevoked']);
    const second = await change('second');
    expect((await asHost('generate-key', { bytes: 32 })).status).toBe(200);
    expect(codes(await asHost('rekey', { ciphertext: made.ciphertext }))).toEqual(['PrimaryKeyRevoked']);
    const shown = (await authority.ask('GET', `/v1/keys/${made.keyId}`, { as: 'arthur' })).json();
    expect([shown.key.state, shown.holders[0].state]).toEqual(['primary-key-revoked', 'primary-key-revoked']);
    const before = await authority.ask('GET', `/v1/keys/${made.keyId}?index=${made.index}`, { as: 'arthur' });
    expect(before.json().key.state).toBe('usable');
    expect(await listed()).toMatchObject([
      { primaryKey: second, current: true, keys: 1, keysInUse: 1, end: null },
      { primaryKey: first, current: false, keys: 1, keysInUse: 1, end: 'revoked', revoked: { by: 'kim' } },
    ]);
    const used = await authority.ask('PUT', '/v1/key-providers/vault/primary-key', {
      as: 'kim',
      body: { primaryKey: first },
    });
    expect([used.statusCode, used.json().code]).toEqual([409, 'PrimaryKeyUnusable']);
  });

  it('are destroyed when no key depends on them any more: wrapped anew, or revoked', async () => {
    const first = await change('first');
    const [kept, dropped] = [await asHost('generate-key', { bytes: 32 }), await asHost('generate-key', { bytes: 16 })];
    await change('second');
    const anew = (await asHost('rekey', { ciphertext: kept.body.ciphertext })).body;
    expect((await destroy(first)).json()).toMatchObject({ code: 'PrimaryKeyUnusable' });
    await revoke(first);
    const inUse = await destroy(first);
    expect([inUse.statusCode, inUse.json().code, inUse.json().detail]).toEqual([
      409,
      'PrimaryKeyInUse',
      expect.stringContaining('1 key '),
    ]);
    await authority.ask('POST', `/v1/keys/${dropped.body.keyId}/revoke`, { as: 'kim', body: { reason: 'sold' } });
    expect(typesOf(await destroy(first))).toEqual(['PrimaryKeyDestructionOrdered', 'PrimaryKeyEndConfirmed']);
    expect((await listed()).at(-1)).toMatchObject({ end: 'destroyed', keysInUse: 0, destroyed: { keysInUse: 0 } });
    const open = (await asHost('decrypt', { ciphertext: anew.ciphertext })).body;
    expect(openSealed(open.sealed, wrapping.secretKey)?.key).toHaveLength(32);
    const replayed = await authority.ask('POST', '/v1/replay', { as: 'arthur', body: {} });
    expect(replayed.json()).toMatchObject({ differenceCount: 0 });
  });

  it('are destroyed by force with the keys that are lost counted in the event, and count for others from then on', async () => {
    const first = await change('first');
    const made = (await asHost('generate-key', { bytes: 32 })).body;
    const second = await change('second');
    await asHost('rekey', { ciphertext: made.ciphertext });
    await revoke(second, 'kim', { compromised: true });
    expect((await destroy(second)).json().code).toBe('PrimaryKeyInUse');
    await destroy(second, 'kim', { force: true });
    const ordered = (await eventsOf(authority.opened.deps.store)).find(
      ({ event }) => event.type === 'PrimaryKeyDestructionOrdered',
    );
    // What it wrapped is unwrapped by the first one still: nothing is lost but the provider's current key.
    expect(ordered?.event.data).toMatchObject({ keysInUse: 0, forced: true });
    expect((await listed()).map((each: { keysInUse: number }) => each.keysInUse)).toEqual([0, 1]);
    await revoke(first);
    await change('third');
    expect((await destroy(first)).json()).toMatchObject({ code: 'PrimaryKeyInUse' });
  });

  it('wait for a second person to be destroyed if policy says so; revoking them waits for nobody', async () => {
    const first = await change('first');
    await change('second');
    const policy = { operations: ['destroyPrimaryKey'], lifetimeSeconds: 3600 };
    expect((await authority.ask('PUT', '/v1/approval-policy', { as: 'alice', body: policy })).statusCode).toBe(200);
    const unlisted = await authority.ask('PUT', '/v1/approval-policy', {
      as: 'alice',
      body: { ...policy, operations: ['revokePrimaryKey'] },
    });
    expect(unlisted.statusCode).toBe(400);
    expect((await revoke(first, 'alice')).statusCode).toBe(200);
    const asked = await destroy(first, 'alice');
    expect(asked.statusCode).toBe(202);
    const { id, digest } = asked.json().approval;
    await authority.ask('POST', `/v1/approvals/${id}/approve`, { as: 'bob', body: { digest } });
    expect(typesOf(await destroy(first, 'alice'))).toContain('PrimaryKeyDestructionOrdered');
    expect((await destroy(first, 'alice')).statusCode).toBe(202);
  });

  it('are told to the key servers again until those did it', async () => {
    const first = await change('first');
    const { deps } = authority.opened;
    const down: KeyServers['revokePrimaryKey'] = () =>
      TE.left({ _tag: 'KeyServerUnreachable', server: 'a', detail: 'no route' });
    const { keyServers } = deps;
    Object.assign(deps, {
      keyServers: (...given: Parameters<typeof keyServers>) =>
        TE.map((servers: KeyServers) => ({ ...servers, revokePrimaryKey: down }))(keyServers(...given)),
    });
    expect(typesOf(await revoke(first))).toEqual(['PrimaryKeyRevoked']);
    expect(codes(await asHost('generate-key', { bytes: 32 }))).toEqual(['PrimaryKeyRevoked']);
    right(await tellKeyServers(deps)('vault')());
    expect((await listed())[0]).toMatchObject({ end: 'revoked', confirmed: null });
    Object.assign(deps, { keyServers });
    right(await tellKeyServers(deps)('vault')());
    expect((await listed())[0]).toMatchObject({ end: 'revoked', confirmed: { by: 'authority' } });
    expect(right(await tellKeyServers(deps)('vault')())).toEqual([]);
  });
});
