import * as TE from 'fp-ts/lib/TaskEither.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { withFreshMemos } from '../../../adapters/caches/fresh-memos.js';
import { releaseKey } from '../../../domain/key-release/release-key.js';
import { withdrawBaseImage } from '../../../domain/reference/change-reference.js';
import { NO_CHANGE, type WouldBe } from '../../../domain/reference/would-be.js';
import { blastRadius, type Period } from '../../../domain/replay/blast-radius.js';
import type { Suspect } from '../../../domain/replay/suspect.js';
import { whatIf } from '../../../domain/replay/what-if.js';
import { tokensForVerdict } from '../../../domain/token/issue-tokens.js';
import {
  approveImage,
  asks,
  attest,
  BAD_BOOT,
  certifiedHost,
  later,
  openTestAuthority,
  type TestAuthority,
} from '../../support/authority.js';
import { keyDigest } from '../../support/forged-evidence.js';
import { keyServiceOf, openProvider, wrappingPair } from '../../support/key-service.js';
import { left, right } from '../../support/ledger.js';
import { softwareTpm } from '../../support/software-tpm.js';

const tpm = softwareTpm({ kind: 'ecc', seed: 'h1' });
const other = softwareTpm({ kind: 'rsa', seed: 'h2' });

/** Verdicts by what they are about; times of the third and later ones are a minute on. */
let authority: TestAuthority;
let second: string;
const revisions: Record<'first' | 'bad' | 'again' | 'other', number> = { first: 0, bad: 0, again: 0, other: 0 };

beforeAll(async () => {
  authority = await openTestAuthority();
  await approveImage(authority, 'one');
  await certifiedHost(authority, 'h1', tpm);
  await certifiedHost(authority, 'h2', other);
  revisions.first = right(await attest(authority, 'h1', tpm)).revision;
  revisions.bad = right(await attest(authority, 'h1', tpm, { boot: BAD_BOOT })).revision;
  right(await withdrawBaseImage(authority.deps)({ ...asks('bob'), version: 'one', reason: 'CVE' })());
  await approveImage(authority, 'two');
  later(authority, 60);
  second = authority.now.at;
  revisions.again = right(await attest(authority, 'h1', tpm)).revision;
  revisions.other = right(await attest(authority, 'h2', other)).revision;
});

const leaning = async (suspect: Suspect, period: Period = {}) => {
  const { verdicts, hosts, acts } = right(await blastRadius(authority.deps)(suspect, period)());
  return { verdicts: verdicts.first.map(({ host, revision }) => [host, revision]), count: verdicts.count, hosts, acts };
};

describe('the blast radius', () => {
  it('of an image is the verdicts that found it, not those that refused', async () => {
    const one = await leaning({ kind: 'base-image', version: 'one' });
    expect([one.verdicts, one.count, one.hosts]).toEqual([[['h1', revisions.first]], 1, ['h1']]);
    const two = await leaning({ kind: 'base-image', version: 'two' });
    expect([two.verdicts, two.hosts]).toEqual([
      [
        ['h1', revisions.again],
        ['h2', revisions.other],
      ],
      ['h1', 'h2'],
    ]);
    expect((await leaning({ kind: 'base-image', version: 'three' })).count).toBe(0);
  });

  it('of a host, and of an endorsement key, is what that one got', async () => {
    const host = await leaning({ kind: 'host', host: 'h1' });
    expect(host.verdicts).toEqual([
      ['h1', revisions.first],
      ['h1', revisions.again],
    ]);
    const key = await leaning({ kind: 'endorsement-key', publicKeyDigest: keyDigest(other.ekPublic) });
    expect(key.verdicts).toEqual([['h2', revisions.other]]);
  });

  it('can be asked for a period', async () => {
    expect((await leaning({ kind: 'host', host: 'h1' }, { from: second })).count).toBe(1);
    expect((await leaning({ kind: 'host', host: 'h1' }, { to: '2026-12-01T00:00:00.000Z' })).count).toBe(1);
  });

  it('of an operator says in what way each verdict leaned on them, and all that they did', async () => {
    const bob = right(await blastRadius(authority.deps)({ kind: 'operator', subject: 'bob' })());
    expect(bob.verdicts.first.map(({ leanings }) => leanings)).toEqual(
      Array.from({ length: 3 }, () => ['image-approved-by-them']),
    );
    expect(bob.acts.first.map(({ type }) => type)).toEqual([
      'BaseImageApproved',
      'BaseImageWithdrawn',
      'BaseImageApproved',
    ]);
    const alice = right(await blastRadius(authority.deps)({ kind: 'operator', subject: 'alice' })());
    expect(alice.verdicts.first[0]?.leanings).toEqual(['image-proposed-by-them', 'key-listed-by-them']);
    const wendy = right(await blastRadius(authority.deps)({ kind: 'operator', subject: 'wendy' })());
    expect(wendy.verdicts.first[0]?.leanings).toEqual(['host-enrolled-by-them']);
    expect((await leaning({ kind: 'operator', subject: 'arthur' })).count).toBe(0);
  });

  it('of a signing key is everything that it signed', async () => {
    const { kid } = authority.deps.signer();
    const { count, acts } = await leaning({ kind: 'signing-key', kid });
    expect(count).toBe(3);
    expect(acts.count).toBeGreaterThan(10);
    expect((await leaning({ kind: 'signing-key', kid: 'another' })).acts.count).toBe(0);
  });
});

describe('what if', () => {
  const imagined = async (change: Partial<WouldBe>, period: Period = {}) =>
    right(await whatIf(withFreshMemos(authority.deps))('reference/test', { ...NO_CHANGE, ...change }, period)());

  it('nothing had been changed: every verdict comes out as it did', async () => {
    expect(await imagined({})).toMatchObject({ judged: 4, verdictCount: 0, deliveryCount: 0, unjudgedCount: 0 });
  });

  it('an image had been withdrawn before: the verdict that found it would have been a refusal', async () => {
    const { verdicts, verdictCount } = await imagined({ withdraw: ['one'] });
    expect(verdictCount).toBe(1);
    expect(verdicts).toMatchObject([
      {
        host: 'h1',
        revision: revisions.first,
        was: 'affirming',
        would: 'contraindicated',
        reasons: [{ code: 'BaseImageWithdrawn' }],
      },
    ]);
    expect((await imagined({ withdraw: ['two'] })).verdicts.map(({ revision }) => revision)).toEqual([
      revisions.again,
      revisions.other,
    ]);
  });

  it('is judged within a period only', async () => {
    expect(await imagined({ withdraw: ['one', 'two'] }, { from: second })).toMatchObject({
      judged: 2,
      verdictCount: 2,
    });
  });

  it('an endorsement key had been revoked before: its host would have been refused', async () => {
    const { verdicts } = await imagined({ revokeEndorsementKeys: [keyDigest(other.ekPublic)] });
    expect(verdicts.map(({ host, reasons }) => [host, reasons[0]?.code])).toEqual([['h2', 'EndorsementKeyRevoked']]);
  });

  it('says which verdicts it could not judge, because their evidence is gone', async () => {
    const deps = { ...withFreshMemos(authority.deps), evidence: { ...authority.deps.evidence, get: missing } };
    const report = right(await whatIf(deps)('reference/test', NO_CHANGE, {})());
    expect(report).toMatchObject({
      judged: 4,
      unjudgedCount: 4,
      unjudged: [{ finding: { _tag: 'EvidenceMissing' } }, {}, {}, {}],
    });
  });

  it('refuses a name that nothing ever had', async () => {
    const change = { ...NO_CHANGE, withdraw: ['three'] };
    expect(left(await whatIf(authority.deps)('reference/test', change, {})())).toMatchObject({
      _tag: 'ReferenceUnknown',
    });
  });
});

describe('keys that were delivered', () => {
  it('are found by what the verdict behind them leaned on, also by one before the period', async () => {
    const one = await openTestAuthority();
    const deps = keyServiceOf(one);
    const pair = wrappingPair('h1');
    await approveImage(one, 'one');
    await certifiedHost(one, 'h1', tpm);
    await openProvider(deps, 'p');
    const { revision } = right(await attest(one, 'h1', tpm, { wrappingKey: pair.publicKey }));
    const wanted = { host: 'h1', kinds: ['key-access'] as const, wrappingKey: pair.publicKey, revision };
    const [issued] = right(await tokensForVerdict(deps)(wanted)());
    later(one, 60);
    const asked = { token: issued?.token ?? '', provider: 'p', purpose: undefined, tpmKey: undefined };
    const { key } = right(await releaseKey(deps)({ ...asked, operation: 'generate-key', bytes: 32 })());
    const suspect: Suspect = { kind: 'base-image', version: 'one' };
    const delivered = { host: 'h1', key, provider: 'p', verdict: { revision } };
    const radius = right(await blastRadius(deps)(suspect, { from: one.now.at })());
    expect(radius).toMatchObject({
      verdicts: { count: 0 },
      deliveries: { count: 1, first: [{ ...delivered, leanings: ['booted-it'] }] },
      hosts: ['h1'],
      keys: [key],
    });
    const imagined = right(
      await whatIf(withFreshMemos(deps))('reference/test', { ...NO_CHANGE, withdraw: ['one'] }, {})(),
    );
    expect(imagined).toMatchObject({ verdictCount: 1, deliveryCount: 1, deliveries: [delivered] });
    const signed = right(
      await blastRadius(deps)({ kind: 'signing-key', kid: deps.signer().kid }, { from: one.now.at })(),
    );
    expect(signed.deliveries.first).toMatchObject([{ key, leanings: ['signed-by-it'] }]);
  });
});

const missing = () => TE.right(undefined);
