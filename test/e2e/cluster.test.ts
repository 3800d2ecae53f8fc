import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { StoreChoice } from '../../adapters/authority/store-file.js';
import { plusSeconds } from '../../domain/encoding/instant.js';
import { testServer } from '../support/esdb/node.js';
import {
  approvedOverHttp,
  attestOverHttp,
  certifiedOverHttp,
  challengeFor,
  evidenceFor,
  type HttpAuthority,
  joinHttpAuthority,
  openHttpAuthority,
} from '../support/http-authority.js';
import { softwareTpm } from '../support/software-tpm.js';

const given = process.env['SEKISHO_TEST_ESDB'];

const closing = (node: HttpAuthority): HttpAuthority => {
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => (closed ??= node.close());
  onTestFinished(async () => {
    await close();
    rmSync(dirname(node.dir), { recursive: true, force: true });
  });
  return { ...node, close };
};

const twoNodes = async () => {
  const url = given ?? (await testServer()).url;
  const store: StoreChoice = { url, prefix: `t${randomBytes(8).toString('hex')}` };
  const one = closing(await openHttpAuthority(undefined, store));
  const two = closing(await joinHttpAuthority(one, store));
  return { one, two, store };
};

const checkpointOf = async ({ ask }: HttpAuthority): Promise<{ size: number; text: string }> => {
  const { body, statusCode } = await ask('GET', '/checkpoint');
  return { size: statusCode === 200 ? Number(body.split('\n')[1]) : -1, text: body };
};

describe('two nodes of one authority', () => {
  it('answer for each other: a challenge from one is good at the other, once', async () => {
    const { one, two } = await twoNodes();
    const tpm = softwareTpm({ kind: 'rsa', seed: 'a' });
    await certifiedOverHttp(one, 'host-a', tpm);
    await approvedOverHttp(two, '8.0.3');
    one.now.at = plusSeconds(one.now.at, 1);
    const body = evidenceFor(await challengeFor(one, 'host-a', tpm), tpm, one.now.at);
    const attested = await two.ask('POST', '/v1/hosts/host-a/attestations', { body });
    expect(attested.json()).toMatchObject({ verdict: 'affirming' });
    const { index } = attested.json();
    const read = await one.ask('GET', '/v1/hosts/host-a', {
      as: 'arthur',
      headers: { 'sekisho-min-index': String(index) },
    });
    expect(read.json()).toMatchObject({ host: { state: 'trusted' } });
    const again = await one.ask('POST', '/v1/hosts/host-a/attestations', { body });
    expect(again.statusCode).toBeGreaterThanOrEqual(400);
    expect(await one.size()).toBe(Number(index) + 1);
  });

  it('decide on what is true now, not on what they last saw', async () => {
    const { one, two } = await twoNodes();
    const tpm = softwareTpm({ kind: 'rsa', seed: 'a' });
    await certifiedOverHttp(one, 'host-a', tpm);
    await approvedOverHttp(one, '8.0.3');
    expect((await attestOverHttp(two, 'host-a', tpm)).json()).toMatchObject({ verdict: 'affirming' });
    for (let round = 0; round < 3; round++) {
      const version = `9.0.${String(round)}`;
      const path = '/v1/base-images/8.0.3/withdraw';
      if (round === 0) await one.ask('POST', path, { as: 'alice', body: { reason: 'bad' } });
      else await approvedOverHttp(one, version);
      const { verdict } = (await attestOverHttp(two, 'host-a', tpm)).json();
      expect(verdict).toBe(round === 0 ? 'contraindicated' : 'affirming');
      if (round > 0)
        await two.ask('POST', `/v1/base-images/${version}/withdraw`, { as: 'alice', body: { reason: 'x' } });
    }
  });

  it('know the same operators: who is granted at one is let in at the other, and nowhere once it is revoked there', async () => {
    const { one, two } = await twoNodes();
    const opens = ({ ask }: HttpAuthority, token: string, method: 'GET' | 'DELETE' = 'GET', path = '/v1/whoami') =>
      ask(method, path, {
        headers: { authorization: `Bearer ${token}` },
        ...(method === 'GET' ? {} : { body: { reason: 'lost' } }),
      });
    const grant = async (node: HttpAuthority, subject: string): Promise<string> =>
      (await node.ask('POST', '/v1/operators', { as: 'alice', body: { subject, role: 'auditor' } })).json().token;
    const both = async (token: string) => [(await opens(one, token)).statusCode, (await opens(two, token)).statusCode];

    const carol = await grant(one, 'carol');
    expect((await opens(two, carol)).json()).toMatchObject({ subject: 'carol', role: 'auditor', via: 'token' });
    expect((await opens(two, carol, 'DELETE', '/v1/operators/carol/token')).statusCode).toBe(200);
    expect(await both(carol)).toEqual([401, 401]);

    const dora = await grant(two, 'dora');
    expect(await both(dora)).toEqual([200, 200]);
    await one.ask('DELETE', '/v1/operators/dora', { as: 'bob', body: { reason: 'left' } });
    expect(await both(dora)).toEqual([401, 401]);
    const again = await grant(one, 'dora');
    expect([await both(dora), await both(again)]).toEqual([
      [401, 401],
      [200, 200],
    ]);
  });

  it('refuse to answer before they have seen what the asker has', async () => {
    const { one } = await twoNodes();
    const headers = { 'sekisho-min-index': '999999' };
    const late = await one.ask('GET', '/v1/hosts', { as: 'arthur', headers });
    expect([late.statusCode, late.json().code]).toEqual([503, 'ReadModelBehind']);
    const asked = await one.ask('GET', '/v1/hosts?min-index=999999', { as: 'arthur' });
    expect([asked.statusCode, asked.json().code]).toEqual([503, 'ReadModelBehind']);
    const seen = await one.ask('GET', '/v1/hosts?min-index=0&limit=1', { as: 'arthur' });
    expect(seen.statusCode).toBe(200);
    for (const least of ['x', '-1', '1&min-index=1']) {
      const none = await one.ask('GET', `/v1/hosts?min-index=${least}`, { as: 'arthur' });
      expect([none.statusCode, none.json().code]).toEqual([400, 'RequestMalformed']);
    }
    const wrong = await one.ask('GET', '/v1/hosts', { as: 'arthur', headers: { 'sekisho-min-index': '-1' } });
    expect(wrong.json().code).toBe('RequestMalformed');
  });

  it('publish one log, and go on with it when the node that seals goes', async () => {
    const { one, two } = await twoNodes();
    const agree = async (least: number): Promise<number> => {
      let size = -1;
      await vi.waitFor(
        async () => {
          const [first, second] = [await checkpointOf(one), await checkpointOf(two)];
          expect(first.size).toBeGreaterThanOrEqual(least);
          expect(second).toEqual(first);
          size = first.size;
        },
        { timeout: 100_000, interval: 100 },
      );
      return size;
    };
    const before = await agree(await one.size());
    const proof = await two.ask('GET', `/v1/events/${String(before - 1)}/proof`, { as: 'arthur' });
    expect(proof.statusCode).toBe(200);
    await one.close();
    await two.ask('POST', '/v1/hosts', { as: 'wendy', body: { id: 'host-z' } });
    const size = await two.size();
    await vi.waitFor(async () => expect((await checkpointOf(two)).size).toBe(size), {
      timeout: 100_000,
      interval: 100,
    });
    const path = `/v1/ledger/consistency?from=${String(before)}&to=${String(size)}`;
    expect((await two.ask('GET', path, { as: 'arthur' })).statusCode).toBe(200);
    expect((await two.ask('POST', '/v1/verify', { as: 'arthur', body: {} })).json()).toMatchObject({ faultCount: 0 });
  });
});
