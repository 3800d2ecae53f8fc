import fc from 'fast-check';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { beforeEach, describe, expect, it } from 'vitest';
import { withFreshMemos } from '../../../adapters/caches/fresh-memos.js';
import type { BaseImage } from '../../../domain/appraisal/base-image.js';
import { toHex } from '../../../domain/encoding/bytes.js';
import { changePolicy, withdrawBaseImage } from '../../../domain/reference/change-reference.js';
import { imageDocument, proposeBaseImage } from '../../../domain/reference/propose-base-image.js';
import { NO_CHANGE, type WouldBe } from '../../../domain/reference/would-be.js';
import { type HostRehearsal, prepareRehearsal, rehearseHost } from '../../../domain/replay/rehearse.js';
import {
  approveImage,
  asks,
  attest,
  BAD_BOOT,
  certifiedHost,
  imageOf,
  later,
  ledgerSize,
  openTestAuthority,
  TEST_POLICY,
  type TestAuthority,
} from '../../support/authority.js';
import { keyDigest } from '../../support/forged-evidence.js';
import { left, right } from '../../support/ledger.js';
import { softwareTpm } from '../../support/software-tpm.js';

const tpm = softwareTpm({ kind: 'ecc', seed: 'h1' });
const other = softwareTpm({ kind: 'rsa', seed: 'h2' });
const STREAM = 'reference/test';

describe('rehearsing a change of the reference values', () => {
  let authority: TestAuthority;
  let good: number;
  let bad: number;

  beforeEach(async () => {
    authority = await openTestAuthority();
    await approveImage(authority, 'good');
    await certifiedHost(authority, 'h1', tpm);
    await certifiedHost(authority, 'h2', other);
    good = right(await attest(authority, 'h1', tpm)).revision;
    bad = right(await attest(authority, 'h2', other, { boot: BAD_BOOT })).revision;
    later(authority, 30);
  });

  const rehearse = async (
    change: Partial<WouldBe>,
    host: string,
    revision: number | undefined,
    index?: number,
  ): Promise<HostRehearsal> => {
    const deps = withFreshMemos(authority.deps);
    const until = index ?? (await ledgerSize(authority)) - 1;
    const rehearsal = right(
      await prepareRehearsal(deps)(STREAM, { ...NO_CHANGE, ...change }, until, authority.now.at)(),
    );
    return right(await rehearseHost(deps)(rehearsal)(host, revision)());
  };

  const offered = (image: BaseImage) => {
    const { canonicalize, hashing } = authority.deps;
    const digest = toHex(hashing.hash('sha256', right(imageDocument(canonicalize, image))));
    return { image, status: 'approved' as const, digest };
  };

  it('changes no verdict if nothing is changed, and records nothing', async () => {
    const size = await ledgerSize(authority);
    expect(await rehearse({}, 'h1', good)).toMatchObject({ effect: 'passes', then: { image: { version: 'good' } } });
    expect(await rehearse({}, 'h2', bad)).toMatchObject({ effect: 'fails', now: { verdict: 'contraindicated' } });
    expect(await ledgerSize(authority)).toBe(size);
  });

  it('says with reasons who would fail if an image were withdrawn', async () => {
    const rehearsal = await rehearse({ withdraw: ['good'] }, 'h1', good);
    expect(rehearsal).toMatchObject({ effect: 'would-fail', now: { verdict: 'affirming', reasons: [] } });
    expect(rehearsal.then?.reasons).toContainEqual({ code: 'BaseImageWithdrawn', subject: 'good' });
  });

  it('judges by the whole policy that is offered', async () => {
    const policy = { ...TEST_POLICY, requireListedTpmModel: true };
    const codes = (await rehearse({ policy }, 'h1', good)).then?.reasons.map(({ code }) => code);
    expect(codes).toEqual(['TpmModelUnknown']);
  });

  it('takes an image from a file, one that is only proposed, and a set that replaces all', async () => {
    right(await withdrawBaseImage(authority.deps)({ ...asks('bob'), version: 'good', reason: 'old' })());
    expect(await rehearse({}, 'h1', good)).toMatchObject({ effect: 'fails' });
    const next = imageOf('next');
    expect(await rehearse({ images: [offered(next)] }, 'h1', good)).toMatchObject({
      effect: 'would-pass',
      then: { image: { version: 'next' } },
    });
    right(await proposeBaseImage(authority.deps)({ ...asks('alice'), image: next })());
    expect(await rehearse({ approve: ['next'] }, 'h1', good)).toMatchObject({ effect: 'would-pass' });
    const tight = { ...imageOf('tight'), commandLine: { allowed: [], required: [] } } as BaseImage;
    expect(await rehearse({ images: [offered(tight)], onlyThese: true }, 'h1', good)).toMatchObject({
      effect: 'fails',
    });
  });

  it('takes endorsement keys off the list, and puts others on', async () => {
    const digest = keyDigest(tpm.ekPublic);
    const revoked = await rehearse({ revokeEndorsementKeys: [digest] }, 'h1', good);
    expect([revoked.effect, revoked.then?.reasons[0]?.code]).toEqual(['would-fail', 'EndorsementKeyRevoked']);
    const both = await rehearse({ revokeEndorsementKeys: [digest], trustEndorsementKeys: [digest] }, 'h1', good);
    expect(both.effect).toBe('would-fail');
  });

  it('judges by the values of a moment in the past', async () => {
    const before = (await ledgerSize(authority)) - 1;
    right(await withdrawBaseImage(authority.deps)({ ...asks('bob'), version: 'good', reason: 'CVE' })());
    expect((await rehearse({}, 'h1', good)).effect).toBe('fails');
    expect((await rehearse({}, 'h1', good, before)).effect).toBe('passes');
  });

  it('has nothing to say of a host without evidence, and says so of evidence that is gone', async () => {
    expect(await rehearse({}, 'h1', undefined)).toMatchObject({ effect: 'unknown', evidence: null });
    const deps = { ...withFreshMemos(authority.deps), evidence: { get: () => TE.right(undefined) } };
    const rehearsal = right(await prepareRehearsal(authority.deps)(STREAM, NO_CHANGE, 1000, authority.now.at)());
    const gone = right(await rehearseHost(deps)(rehearsal)('h1', good)());
    expect(gone).toMatchObject({ effect: 'unknown', findings: [{ _tag: 'EvidenceMissing', what: 'manifest' }] });
  });

  it('refuses a change of what is not there', async () => {
    const change = async (named: Partial<WouldBe>) =>
      left(await prepareRehearsal(authority.deps)(STREAM, { ...NO_CHANGE, ...named }, 1000, authority.now.at)());
    expect(await change({ withdraw: ['godo'] })).toEqual({
      _tag: 'ReferenceUnknown',
      kind: 'base-image',
      name: 'godo',
    });
    expect(await change({ approve: ['next'] })).toMatchObject({ _tag: 'ReferenceUnknown', kind: 'base-image' });
    expect(await change({ revokeTpmCas: ['maker'] })).toMatchObject({ _tag: 'ReferenceUnknown', kind: 'tpm-ca' });
  });

  it('agrees with what attesting again finds once the change was made, whatever the policy', async () => {
    const rules = fc.record({
      requireEndorsementKeys: fc.boolean(),
      requireSecureBoot: fc.boolean(),
      requireListedTpmModel: fc.boolean(),
      pcrBanks: fc.constantFrom(['sha1'] as const, ['sha256'] as const),
    });
    await fc.assert(
      fc.asyncProperty(rules, async (changed) => {
        const policy = { ...TEST_POLICY, ...changed };
        const foreseen = (await rehearse({ policy }, 'h1', good)).then;
        const { deps } = authority;
        right(await changePolicy(deps)({ ...asks('alice'), policy })());
        later(authority, 1);
        const { record } = right(await attest(authority, 'h1', tpm));
        expect([foreseen?.verdict, foreseen?.image]).toEqual([record.verdict, record.image]);
      }),
      { numRuns: 12 },
    );
  });
});
