import * as E from 'fp-ts/lib/Either.js';
import { beforeEach, describe, expect, it } from 'vitest';
import { reasonsOf } from '../../../domain/appraisal/verdict-record.js';
import { attestHost } from '../../../domain/host/attest-host.js';
import { releaseHost, retireHost } from '../../../domain/host/change-host.js';
import { withdrawBaseImage } from '../../../domain/reference/change-reference.js';
import {
  answerOf,
  approveImage,
  asks,
  attest,
  BAD_BOOT,
  certifiedHost,
  later,
  ledgerSize,
  openTestAuthority,
  type TestAuthority,
} from '../../support/authority.js';
import { left, right } from '../../support/ledger.js';
import { softwareTpm } from '../../support/software-tpm.js';

const tpm = softwareTpm({ kind: 'ecc', seed: 'h1' });
const other = softwareTpm({ kind: 'ecc', seed: 'h2' });

describe('attesting a host', () => {
  let authority: TestAuthority;

  beforeEach(async () => {
    authority = await openTestAuthority();
    await approveImage(authority, 'good');
    await certifiedHost(authority, 'h1', tpm);
  });

  it('records an affirming verdict that names image, evidence and the revision of the reference values', async () => {
    const judged = right(await attest(authority, 'h1', tpm));
    expect(judged.record).toMatchObject({ verdict: 'affirming', grade: 'challenged', image: { version: 'good' } });
    const [entry] = right(await authority.deps.store.readAll(judged.index, 1)());
    const envelope = JSON.parse(Buffer.from(entry!.bytes).toString()) as Record<string, unknown>;
    expect(envelope).toMatchObject({ type: 'HostAttested', actor: { subject: 'h1', role: 'host' } });
    expect(envelope['basis']).toEqual({ 'reference/test': 3 });
    for (const digest of [judged.record.claims, judged.record.evidence]) {
      expect(right(await authority.deps.evidence.get(digest)())).toBeDefined();
    }
  });

  it('records a refusal with its reason when the boot is another one', async () => {
    const { record } = right(await attest(authority, 'h1', tpm, { boot: BAD_BOOT }));
    expect(record.verdict).toBe('contraindicated');
    expect(reasonsOf(record).map(({ code }) => code)).toContain('CommandLineNotAllowed');
  });

  it('records a refusal by name of the withdrawn image', async () => {
    right(await withdrawBaseImage(authority.deps)({ ...asks('bob'), version: 'good', reason: 'CVE' })());
    const { record } = right(await attest(authority, 'h1', tpm));
    expect(reasonsOf(record).map(({ code }) => code)).toEqual(['BaseImageWithdrawn']);
  });

  it('counts a challenge once, whoever answers it again, also after a restart', async () => {
    const answer = await answerOf(authority, 'h1', tpm);
    right(await attestHost(authority.deps)(answer)());
    const size = await ledgerSize(authority);
    expect(left(await attestHost(authority.deps)(answer)())._tag).toBe('ChallengeUsed');
    const again = await authority.restarted();
    expect(left(await attestHost(again.deps)(answer)())._tag).toBe('ChallengeUsed');
    expect(await ledgerSize(authority)).toBe(size);
  });

  it('judges one of two answers to the same challenge that arrive at once', async () => {
    const answer = await answerOf(authority, 'h1', tpm);
    const both = await Promise.all([attestHost(authority.deps)(answer)(), attestHost(authority.deps)(answer)()]);
    expect(both.filter(E.isRight)).toHaveLength(1);
  });

  it('takes an answer to a challenge that was issued before a restart', async () => {
    const answer = await answerOf(authority, 'h1', tpm);
    const again = await authority.restarted();
    expect(right(await attestHost(again.deps)(answer)()).record.verdict).toBe('affirming');
  });

  it('refuses an expired challenge, also when the clock is set back afterwards', async () => {
    const answer = await answerOf(authority, 'h1', tpm);
    later(authority, 121);
    expect(left(await attestHost(authority.deps)(answer)())._tag).toBe('ChallengeExpired');
    right(await attest(authority, 'h1', tpm));
    later(authority, -121);
    expect(left(await attestHost(authority.deps)(answer)())._tag).toBe('ChallengeExpired');
  });

  it('goes on after the clock was ahead for a while', async () => {
    later(authority, 10_000);
    right(await attest(authority, 'h1', tpm, { clock: { clock: 1000n } }));
    later(authority, -10_000);
    expect(right(await attest(authority, 'h1', tpm, { clock: { clock: 2000n } })).record.verdict).toBe('affirming');
  });

  it.each([
    ['a nonce with a bit flipped', (nonce: string) => nonce.slice(0, -1) + (nonce.endsWith('0') ? '1' : '0')],
    [
      'a later time of issue',
      (nonce: string) => nonce.slice(0, 46) + (nonce[46] === 'f' ? '0' : 'f') + nonce.slice(47),
    ],
    ['no nonce at all', () => ''],
    ['text that is no hex', (nonce: string) => nonce.replace(/./g, 'z')],
  ])('refuses %s as forged and records nothing', async (_, forge) => {
    const answer = await answerOf(authority, 'h1', tpm);
    const size = await ledgerSize(authority);
    const fault = left(await attestHost(authority.deps)({ ...answer, nonce: forge(answer.nonce) })());
    expect(fault._tag).toBe('ChallengeForged');
    expect(await ledgerSize(authority)).toBe(size);
  });

  it('refuses a challenge that was made for another host', async () => {
    await certifiedHost(authority, 'h2', other);
    const { nonce } = await answerOf(authority, 'h2', other);
    const answer = await answerOf(authority, 'h1', tpm, { nonce });
    expect(left(await attestHost(authority.deps)(answer)())._tag).toBe('ChallengeForged');
  });

  it.each([
    [
      'another key signed',
      async (a: TestAuthority) => ({ ...(await answerOf(a, 'h1', tpm)), ...signedBy(await answerOf(a, 'h1', tpm)) }),
      'QuoteSignatureInvalid',
    ],
    [
      'a quote is malformed',
      async (a: TestAuthority) => ({ ...(await answerOf(a, 'h1', tpm)), quote: new Uint8Array(9) }),
      'QuoteMalformed',
    ],
    [
      'the quote answers another nonce',
      async (a: TestAuthority) => ({ ...(await answerOf(a, 'h1', tpm)), nonce: (await answerOf(a, 'h1', tpm)).nonce }),
      'NonceMismatch',
    ],
    [
      'another wrapping key is claimed',
      async (a: TestAuthority) => ({
        ...(await answerOf(a, 'h1', tpm, { wrappingKey: new Uint8Array(32) })),
        wrappingKey: new Uint8Array(32).fill(1),
      }),
      'NonceMismatch',
    ],
  ])('records nothing when %s, and says why', async (_, forge, code) => {
    const answer = await forge(authority);
    const size = await ledgerSize(authority);
    expect(left(await attestHost(authority.deps)(answer)())).toMatchObject({
      _tag: 'EvidenceNotHostsOwn',
      reasons: [{ code }],
    });
    expect(await ledgerSize(authority)).toBe(size);
  });

  it('records nothing for hosts that are unknown, retired, or not certified', async () => {
    const answer = await answerOf(authority, 'h1', tpm);
    right(await retireHost(authority.deps)({ ...asks('alice'), host: 'h1', reason: 'scrapped' })());
    expect(left(await attestHost(authority.deps)(answer)())._tag).toBe('HostRetired');
    expect(left(await releaseHost(authority.deps)({ ...asks('alice'), host: 'h9', reason: 'x' })())._tag).toBe(
      'HostNotEnrolled',
    );
  });

  it('refuses a quote whose clock went back and keeps measuring by the newest believed one', async () => {
    right(await attest(authority, 'h1', tpm, { clock: { resetCount: 9, clock: 5000n } }));
    const back = right(await attest(authority, 'h1', tpm, { clock: { resetCount: 8, clock: 9000n } }));
    expect(reasonsOf(back.record).map(({ code }) => code)).toEqual(['ResetCountWentBack']);
    const stillBack = right(await attest(authority, 'h1', tpm, { clock: { resetCount: 8, clock: 9500n } }));
    expect(reasonsOf(stillBack.record).map(({ code }) => code)).toEqual(['ResetCountWentBack']);
    const on = right(await attest(authority, 'h1', tpm, { clock: { resetCount: 9, clock: 6000n } }));
    expect(on.record.verdict).toBe('affirming');
  });
});

const signedBy = ({ quote }: { readonly quote: Uint8Array }): { readonly signature: Uint8Array } => ({
  signature: other.signAnything(quote),
});
