import { createHash, randomUUID } from 'node:crypto';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { withFreshMemos } from '../../../adapters/caches/fresh-memos.js';
import { DEFAULT_POLICY } from '../../../domain/appraisal/policy.js';
import { currentVerdictOf, type JudgedEvent } from '../../../domain/host/current-verdict.js';
import { revokeKey } from '../../../domain/key/key-stream.js';
import { changePrimaryKey, changeProvider, removeProvider } from '../../../domain/key-provider/change-provider.js';
import { revokePrimaryKey } from '../../../domain/key-provider/end-primary-key.js';
import { currentProvider } from '../../../domain/key-provider/provider-stream.js';
import { DEFAULT_PROVIDER_SETTINGS } from '../../../domain/key-provider/settings.js';
import type { ReleaseInput } from '../../../domain/key-release/release-input.js';
import { releaseKey } from '../../../domain/key-release/release-key.js';
import type { KeyServiceDeps } from '../../../domain/key-service-deps.js';
import { changePolicy } from '../../../domain/reference/change-reference.js';
import { replayAll } from '../../../domain/replay/replay-all.js';
import { expiryOf, makeClaims } from '../../../domain/token/make-claims.js';
import { asks, later, openTestAuthority, type TestAuthority } from '../../support/authority.js';
import { eventsOf } from '../../support/fold.js';
import { keyServiceOf, openProvider, wrappingPair } from '../../support/key-service.js';
import { right } from '../../support/ledger.js';
import { openSealed } from '../../support/open-sealed.js';
import { mayHaveKey } from '../../support/plain-release-rule.js';
import { type Step as HistoryStep, steps, take } from '../../support/random-history.js';

type Step = HistoryStep | OwnStep;

type OwnStep =
  | {
      readonly do: 'ask';
      readonly host: string;
      readonly provider: string;
      readonly old: number;
      readonly key: number | null;
      readonly rekey: boolean;
    }
  | { readonly do: 'revoke'; readonly key: number }
  | { readonly do: 'remove-provider' | 'rotate'; readonly provider: string }
  | { readonly do: 'revoke-primary-key'; readonly provider: string; readonly former: boolean }
  | { readonly do: 'token-uses'; readonly provider: string; readonly uses: number | null }
  | { readonly do: 'policy' };

const host = fc.constantFrom('h1', 'h2');
const provider = fc.constantFrom('p1', 'p1', 'p2');
const small = fc.integer({ min: 0, max: 3 });

const own: fc.Arbitrary<OwnStep> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant('ask' as const),
      host,
      provider,
      old: fc.constantFrom(0, 0, 0, 1),
      key: fc.option(small),
      rekey: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('revoke' as const), key: small }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom('remove-provider' as const, 'rotate' as const, 'rotate' as const),
      provider,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('revoke-primary-key' as const), provider, former: fc.boolean() }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('token-uses' as const), provider, uses: fc.constantFrom(null, 1, 2) }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'policy' as const }) },
);

/** Random histories with releases strewn in. */
const histories: fc.Arbitrary<ReadonlyArray<Step>> = fc
  .tuple(steps, fc.array(fc.tuple(own, fc.nat(60)), { minLength: 10, maxLength: 40 }))
  .map(([history, added]) => {
    const all: Array<Step> = [...history];
    for (const [step, at] of added) all.splice(9 + (at % Math.max(1, all.length - 9)), 0, step);
    return all;
  });

interface World {
  readonly authority: TestAuthority;
  readonly deps: KeyServiceDeps;
  readonly keys: Array<{ readonly ciphertext: Uint8Array; readonly id: string }>;
  readonly counts: { delivered: number; refused: number };
}

const hex = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Tokens are made for whatever verdict there is, also for those that no honest authority gives one for. */
const release = async (world: World, step: Extract<Step, { do: 'ask' }>): Promise<void> => {
  const { authority, deps, keys, counts } = world;
  const before = await eventsOf(deps.store);
  const verdicts = before.filter(
    ({ stream, event }) =>
      stream === `host/${step.host}` && ['HostAttested', 'AttestationRefused'].includes(event.type),
  );
  const verdict = verdicts.at(-1 - step.old);
  if (verdict === undefined) return;
  const pair = wrappingPair(step.host);
  const claims = makeClaims({
    issuer: deps.tokens.issuer,
    kind: 'key-access',
    host: step.host,
    verdict: currentVerdictOf(verdict as JudgedEvent),
    wrappingKey: pair.publicKey,
    now: verdict.recordedAt,
    lifetimeSeconds: 600,
  });
  const wanted = step.key === null ? undefined : keys[step.key];
  const asking = {
    token: right(await deps.tokens.sign(claims)()),
    provider: step.provider,
    purpose: undefined,
    tpmKey: undefined,
  };
  const input: ReleaseInput =
    wanted === undefined
      ? { ...asking, operation: 'generate-key', bytes: 32 }
      : { ...asking, operation: step.rekey ? 'rekey' : 'decrypt', ciphertext: wanted.ciphertext };
  const may = mayHaveKey(before, {
    host: step.host,
    verdict: verdict.id,
    tokenExpires: expiryOf(claims),
    provider: step.provider,
    key: wanted?.id,
    wraps: wanted === undefined || step.rekey,
    wrappingKey: hex(pair.publicKey),
    now: authority.now.at,
  });
  const released = await releaseKey(deps)(input)();
  if (E.isLeft(released)) {
    expect(['KeyNotReleased', 'HostNotEnrolled']).toContain(released.left._tag);
    expect(may).toBe(false);
    counts.refused++;
    return;
  }
  expect(may).toBe(true);
  counts.delivered++;
  const { sealed, ciphertext, key } = released.right;
  if (ciphertext !== undefined) keys.push({ ciphertext, id: key });
  if (sealed?.to === 'wrapping-key') {
    const view = {
      v: 1,
      to: sealed.to,
      ...Object.fromEntries(
        ['ephemeralKey', 'nonce', 'box'].map((name) => [name, Buffer.from(sealed[name as 'box']).toString('base64')]),
      ),
    };
    expect(openSealed(view as never, pair.secretKey)?.keyId).toBe(key);
  }
};

const OWN: ReadonlySet<string> = new Set<OwnStep['do']>([
  'ask',
  'revoke',
  'remove-provider',
  'rotate',
  'revoke-primary-key',
  'token-uses',
  'policy',
]);
const isOwn = (step: Step): step is OwnStep => OWN.has(step.do);

const walk = async (world: World, step: OwnStep): Promise<void> => {
  const { deps, keys } = world;
  const request = { ...asks('alice'), commandId: randomUUID() };
  switch (step.do) {
    case 'ask':
      return release(world, step);
    case 'revoke': {
      const key = keys[step.key];
      if (key !== undefined) await revokeKey(deps)({ ...request, key: key.id, reason: 'test' })();
      return;
    }
    case 'remove-provider':
      await removeProvider(deps)({ ...request, provider: step.provider, reason: 'test' })();
      return;
    case 'rotate':
      await changePrimaryKey(deps)({ ...request, provider: step.provider, primaryKey: undefined, name: 'next' })();
      return;
    case 'revoke-primary-key': {
      const { primaryKeys } = right(await currentProvider(deps)(step.provider)()).state;
      const primaryKey = primaryKeys.at(step.former ? 0 : -1) ?? '';
      await revokePrimaryKey(deps)({
        ...request,
        provider: step.provider,
        primaryKey,
        compromised: false,
        reason: 'r',
      })();
      return;
    }
    case 'token-uses': {
      const release = { ...DEFAULT_PROVIDER_SETTINGS.release, tokenUses: step.uses };
      await changeProvider(deps)({
        ...request,
        provider: step.provider,
        settings: { ...DEFAULT_PROVIDER_SETTINGS, release },
      })();
      return;
    }
    case 'policy':
      right(
        await changePolicy(deps)({
          ...request,
          policy: { ...DEFAULT_POLICY, evidenceMaxAgeSeconds: keys.length + 1 },
          expectedRevision: undefined,
        })(),
      );
      return;
  }
};

describe('releases in random histories', () => {
  it('deliver a key exactly when the plain rule says so, and all come out the same when decided again', async () => {
    const counts = { delivered: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(histories, async (all) => {
        const authority = await openTestAuthority();
        const deps = keyServiceOf(authority);
        await openProvider(deps, 'p1');
        await openProvider(deps, 'p2');
        const world: World = { authority, deps, keys: [], counts };
        for (const step of all) {
          await (isOwn(step) ? walk(world, step) : take(authority, step));
          later(authority, 1);
        }
        const report = right(await replayAll(withFreshMemos(deps))({})());
        const releases = report.different.filter(({ differences }) =>
          differences.some((each) => each._tag === 'ValueDiffers'),
        );
        expect(releases).toEqual([]);
        const decided = (await eventsOf(deps.store)).filter(({ event }) => /^Key(?:Release|Deliver)/.test(event.type));
        expect(report.releases).toBe(decided.length);
      }),
      { numRuns: 25 },
    );
    expect(counts.delivered).toBeGreaterThan(20);
    expect(counts.refused).toBeGreaterThan(20);
  }, 180_000);
});
