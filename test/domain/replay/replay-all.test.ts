import { beforeEach, describe, expect, it } from 'vitest';
import { withFreshMemos } from '../../../adapters/caches/fresh-memos.js';
import { DEFAULT_POLICY } from '../../../domain/appraisal/policy.js';
import type { AuthorityDeps } from '../../../domain/authority-deps.js';
import { changePolicy, withdrawBaseImage } from '../../../domain/reference/change-reference.js';
import { noReferenceValues } from '../../../domain/reference/state.js';
import { explainVerdict } from '../../../domain/replay/explain-verdict.js';
import { type ReplayReport, replayAll } from '../../../domain/replay/replay-all.js';
import { replayVerdict } from '../../../domain/replay/replay-verdict.js';
import {
  approveImage,
  asks,
  attest,
  BAD_BOOT,
  certifiedHost,
  later,
  openTestAuthority,
  TEST_POLICY,
  type TestAuthority,
} from '../../support/authority.js';
import { left, right } from '../../support/ledger.js';
import { softwareTpm } from '../../support/software-tpm.js';

const tpm = softwareTpm({ kind: 'ecc', seed: 'h1' });
const other = softwareTpm({ kind: 'rsa', seed: 'h2' });

const replay = async (
  deps: AuthorityDeps,
  ...filter: Parameters<ReturnType<typeof replayAll>>
): Promise<ReplayReport> => right(await replayAll(withFreshMemos(deps))(...filter)());

/** Answers as the evidence store does when one blob is not what it was. */
const spoilt = (deps: AuthorityDeps, sha256: string, how: 'missing' | 'damaged'): AuthorityDeps => ({
  ...deps,
  evidence: {
    ...deps.evidence,
    get: (digest) => async () => {
      if (digest !== sha256) return deps.evidence.get(digest)();
      return how === 'missing'
        ? { _tag: 'Right', right: undefined }
        : { _tag: 'Left', left: { _tag: 'StoreDamaged', where: sha256, rule: 'must have its digest' } };
    },
  },
});

describe('replaying verdicts', () => {
  let authority: TestAuthority;

  beforeEach(async () => {
    authority = await openTestAuthority();
    await approveImage(authority, 'good');
    await certifiedHost(authority, 'h1', tpm);
    await certifiedHost(authority, 'h2', other);
    right(await attest(authority, 'h1', tpm));
    later(authority, 60);
    right(await attest(authority, 'h1', tpm, { boot: BAD_BOOT, wrappingKey: new Uint8Array(32).fill(5) }));
    right(await withdrawBaseImage(authority.deps)({ ...asks('bob'), version: 'good', reason: 'CVE' })());
    right(await attest(authority, 'h2', other));
    right(
      await changePolicy(authority.deps)({ ...asks('alice'), policy: { ...TEST_POLICY, evidenceMaxAgeSeconds: 60 } })(),
    );
    right(await attest(authority, 'h1', tpm, { clock: { resetCount: 3 } }));
  });

  it('makes every verdict again as it was, whatever changed since', async () => {
    later(authority, 400 * 86_400);
    const seen: Array<number> = [];
    const report = await replay(authority.deps, {}, ({ index }) => seen.push(index));
    expect(report).toEqual({ checked: 4, releases: 0, different: [], differentCount: 0 });
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen).toHaveLength(4);
  });

  it('replays one host, or a time', async () => {
    expect(await replay(authority.deps, { host: 'h2' })).toMatchObject({ checked: 1, differentCount: 0 });
    expect(await replay(authority.deps, { to: '2026-12-01T00:00:30.000Z' })).toMatchObject({ checked: 1 });
    expect(await replay(authority.deps, { from: '2026-12-01T00:00:30.000Z', host: 'h1' })).toMatchObject({
      checked: 2,
    });
  });

  it.each(['missing', 'damaged'] as const)('names evidence that is %s, and replays the rest', async (how) => {
    const { recorded, manifest } = right(await explainVerdict(withFreshMemos(authority.deps))('h2', 'latest')());
    const { evidence, claims } = recorded.event.data.record;
    const tag = how === 'missing' ? 'EvidenceMissing' : 'EvidenceDamaged';
    for (const [what, sha256] of [
      ['manifest', evidence],
      ['claims', claims],
    ] as const) {
      const report = await replay(spoilt(authority.deps, sha256, how));
      expect(report.different.some(({ index }) => index === recorded.index)).toBe(true);
      expect(report.different[0]?.differences).toMatchObject([{ _tag: tag, what, sha256 }]);
    }
    const log = await replay(spoilt(authority.deps, manifest!.bootLog, how));
    expect(log.different[0]?.differences).toMatchObject([{ _tag: tag, what: 'evidence', sha256: manifest!.bootLog }]);
  });

  it('lists each field in which a verdict comes out differently', async () => {
    const report = await replay({
      ...authority.deps,
      signatures: { verify: () => false },
    });
    expect(report.differentCount).toBe(4);
    expect(report.different[0]?.differences).toContainEqual({
      _tag: 'ValueDiffers',
      field: 'verdict',
      then: 'affirming',
      now: 'contraindicated',
    });
  });

  it('says that a verdict is of an appraiser version that this program lacks', async () => {
    const deps = withFreshMemos(authority.deps);
    const { recorded, basis } = right(await explainVerdict(deps)('h2', 'latest')());
    const { data } = recorded.event;
    const event = { ...recorded.event, data: { ...data, record: { ...data.record, appraiser: 99 } } };
    const context = { certifiedAkName: undefined, boundEndorsementKey: undefined, previous: undefined };
    const state = noReferenceValues;
    const replayed = await replayVerdict(deps)({
      host: 'h2',
      recorded: { ...recorded, event },
      context,
      basis: { ...basis, state },
    })();
    expect(right(replayed).differences).toEqual([{ _tag: 'AppraiserUnknown', version: 99 }]);
  });

  it('explains a verdict down to who proposed and approved what it rests on', async () => {
    const deps = withFreshMemos(authority.deps);
    const first = right(await explainVerdict(deps)('h1', 2)());
    expect(first).toMatchObject({
      host: 'h1',
      recorded: { event: { type: 'HostAttested' } },
      basis: { stream: 'reference/test', revision: 4 },
      image: { version: 'good', proposed: { by: 'alice' }, approved: { by: 'bob' } },
      certification: { by: 'h1', key: { akName: first.manifest === null ? '' : expect.any(String) } },
      policy: { changed: { stream: 'reference/test', revision: 0 } },
      findings: [],
    });
    expect(first.policy.policy.evidenceMaxAgeSeconds).toBe(DEFAULT_POLICY.evidenceMaxAgeSeconds);
    expect(first.claims).toMatchObject({ v: 1, claims: { bank: 'sha256' } });
    const latest = right(await explainVerdict(deps)('h1', 'latest')());
    expect(latest.policy.policy.evidenceMaxAgeSeconds).toBe(60);
    expect(left(await explainVerdict(deps)('h1', 0)())._tag).toBe('VerdictUnknown');
    expect(left(await explainVerdict(deps)('h9', 'latest')())._tag).toBe('HostNotEnrolled');
  });
});
