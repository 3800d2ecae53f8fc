import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { beforeEach, describe, expect, it } from 'vitest';
import { withFreshMemos } from '../../../adapters/caches/fresh-memos.js';
import { disableCluster } from '../../../domain/cluster/change-cluster.js';
import { addHostToCluster, removeHostFromCluster } from '../../../domain/cluster/change-members.js';
import { quarantineHost, releaseHost } from '../../../domain/host/change-host.js';
import { revokeKey } from '../../../domain/key/key-stream.js';
import type { KeyServers } from '../../../domain/key-provider/key-servers.js';
import type { ReleaseInput } from '../../../domain/key-release/release-input.js';
import { releaseKey } from '../../../domain/key-release/release-key.js';
import type { KeyServiceDeps } from '../../../domain/key-service-deps.js';
import { withdrawBaseImage } from '../../../domain/reference/change-reference.js';
import { replayAll } from '../../../domain/replay/replay-all.js';
import { tokensForVerdict } from '../../../domain/token/issue-tokens.js';
import {
  approveImage,
  asks,
  attest,
  certifiedHost,
  openTestAuthority,
  type TestAuthority,
} from '../../support/authority.js';
import { openCluster } from '../../support/clusters.js';
import { eventsOf } from '../../support/fold.js';
import { keyServiceOf, openProvider, wrappingPair } from '../../support/key-service.js';
import { left, right } from '../../support/ledger.js';
import { softwareTpm } from '../../support/software-tpm.js';

const tpm = softwareTpm({ kind: 'ecc', seed: 'h1' });
const pair = wrappingPair('h1');

describe('releasing a key', () => {
  let authority: TestAuthority;
  let deps: KeyServiceDeps;
  let token: string;

  const tokenOf = async (): Promise<string> => {
    const { revision } = right(await attest(authority, 'h1', tpm, { wrappingKey: pair.publicKey }));
    const wanted = { host: 'h1', kinds: ['key-access'] as const, wrappingKey: pair.publicKey, revision };
    return right(await tokensForVerdict(deps)(wanted)())[0]!.token;
  };
  const asking = (provider = 'p') => ({ token, provider, purpose: undefined, tpmKey: undefined });
  const generate = (provider = 'p'): ReleaseInput => ({ ...asking(provider), operation: 'generate-key', bytes: 32 });
  const typesOf = async (): Promise<ReadonlyArray<string>> =>
    (await eventsOf(deps.store))
      .map(({ event }) => event.type)
      .filter((type) => /^Key(Release|Deliver|Created|Rekeyed)/.test(type));
  const codes = (outcome: E.Either<{ readonly _tag: string }, unknown>): ReadonlyArray<string> => {
    const fault = left(outcome) as { reasons?: ReadonlyArray<{ code: string }> };
    return (fault.reasons ?? []).map(({ code }) => code);
  };
  /** What happens while the key server is asked, before it answers. */
  const meanwhile = (happens: () => Promise<unknown>): KeyServiceDeps => ({
    ...deps,
    keyServers: (provider, state) => async () => {
      const opened = await deps.keyServers(provider, state)();
      if (E.isLeft(opened)) return opened;
      const servers: KeyServers = {
        ...opened.right,
        generateKey: (id, bytes) => async () => {
          const made = await opened.right.generateKey(id, bytes)();
          await happens();
          return made;
        },
        decrypt: (id, ciphertext) => async () => {
          const made = await opened.right.decrypt(id, ciphertext)();
          await happens();
          return made;
        },
      };
      return E.right(servers);
    },
  });
  const replayed = async (): Promise<void> => {
    expect(right(await replayAll(withFreshMemos(deps))({})())).toMatchObject({ differentCount: 0 });
  };

  beforeEach(async () => {
    authority = await openTestAuthority();
    deps = keyServiceOf(authority);
    await approveImage(authority, 'good');
    await certifiedHost(authority, 'h1', tpm);
    await openProvider(deps, 'p');
    token = await tokenOf();
  });

  it('is authorised by an event before, and delivered by one after the key exists in the ledger', async () => {
    right(await releaseKey(deps)(generate())());
    expect(await typesOf()).toEqual(['KeyReleaseAuthorised', 'KeyCreated', 'KeyDelivered']);
    await replayed();
  });

  it('never delivers when the host was quarantined while the key server worked', async () => {
    const quarantine = () => quarantineHost(deps)({ ...asks('alice'), host: 'h1', reason: 'now' })();
    expect(codes(await releaseKey(meanwhile(quarantine))(generate())())).toEqual(['HostQuarantined']);
    expect((await typesOf()).at(-1)).toBe('KeyDeliveryFailed');
    await replayed();
  });

  it('never delivers when the image was withdrawn, or the key revoked, while the key server worked', async () => {
    const made = right(await releaseKey(deps)(generate())());
    const decrypt: ReleaseInput = { ...asking(), operation: 'decrypt', ciphertext: made.ciphertext! };
    const revoke = () => revokeKey(deps)({ ...asks('alice'), key: made.key, reason: 'now' })();
    expect(codes(await releaseKey(meanwhile(revoke))(decrypt)())).toEqual(['KeyRevoked']);
    const withdraw = () => withdrawBaseImage(deps)({ ...asks('bob'), version: 'good', reason: 'now' })();
    expect(codes(await releaseKey(meanwhile(withdraw))(generate())())).toEqual(['BaseImageWithdrawn']);
    await replayed();
  });

  it('delivers each race with a quarantine before it or not at all', async () => {
    for (let round = 0; round < 5; round++) {
      const [released] = await Promise.all([
        releaseKey(deps)(generate())(),
        quarantineHost(deps)({ ...asks('alice'), host: 'h1', reason: 'race' })(),
      ]);
      const events = (await eventsOf(deps.store)).filter(({ stream }) => stream === 'host/h1');
      const at = (type: string): number => events.findLastIndex(({ event }) => event.type === type);
      if (E.isRight(released)) expect(at('KeyDelivered')).toBeLessThan(at('HostQuarantined'));
      else expect(codes(released)).toEqual(['HostQuarantined']);
      right(await releaseHost(deps)({ ...asks('alice'), host: 'h1', reason: 'on' })());
    }
    await replayed();
  });

  it('records that a key server failed, and gives nothing', async () => {
    const broken: KeyServiceDeps = {
      ...deps,
      keyServers: (provider, state) => async () => {
        const opened = await deps.keyServers(provider, state)();
        const fault = { _tag: 'KeyServerUnreachable', server: 'a', detail: 'time-out' } as const;
        return E.isLeft(opened) ? opened : E.right({ ...opened.right, generateKey: () => TE.left(fault) });
      },
    };
    expect(left(await releaseKey(broken)(generate())())._tag).toBe('KeyServerUnreachable');
    const last = (await eventsOf(deps.store)).at(-1)!;
    expect(last.event).toMatchObject({
      type: 'KeyDeliveryFailed',
      data: { fault: 'KeyServerUnreachable', reasons: [] },
    });
    await replayed();
  });

  it('asks for the cluster, the witnesses, the purpose and the uses that a provider asks for', async () => {
    const release = { tokenUses: 1, requireWitnessedVerdict: true, purposes: ['disk'] };
    await openProvider(deps, 'strict', { serves: ['c1'], release });
    expect(codes(await releaseKey(deps)(generate('strict'))())).toEqual([
      'HostNotServed',
      'PurposeNotAllowed',
      'VerdictNotWitnessed',
    ]);
    await openCluster(authority, 'c1', 'h1');
    const fit: KeyServiceDeps = { ...deps, witnessed: () => TE.right(true) };
    const wanted: ReleaseInput = { ...generate('strict'), purpose: 'disk' };
    right(await releaseKey(fit)(wanted)());
    expect(codes(await releaseKey(fit)(wanted)())).toEqual(['TokenUsedUp']);
    token = await tokenOf();
    right(await releaseKey(fit)({ ...wanted, token })());
    await replayed();
  });

  it('never delivers when the host left the cluster that is served, or the cluster was disabled, while the key server worked', async () => {
    await openCluster(authority, 'c1', 'h1');
    await openProvider(deps, 'theirs', { serves: ['c1'] });
    right(await releaseKey(deps)(generate('theirs'))());
    const member = { cluster: 'c1', host: 'h1' };
    const leave = () => removeHostFromCluster(deps)({ ...asks('wendy'), ...member, reason: 'now' })();
    expect(codes(await releaseKey(meanwhile(leave))(generate('theirs'))())).toEqual(['HostNotServed']);
    right(await addHostToCluster(deps)({ ...asks('alice'), ...member })());
    const disable = () => disableCluster(deps)({ ...asks('alice'), cluster: 'c1', reason: 'now' })();
    expect(codes(await releaseKey(meanwhile(disable))(generate('theirs'))())).toEqual(['HostNotServed']);
    expect((await typesOf()).at(-1)).toBe('KeyDeliveryFailed');
    const [authorised] = (await eventsOf(deps.store)).filter(({ event }) => event.type === 'KeyReleaseAuthorised');
    expect(authorised?.basis['cluster/c1']).toBe(1);
    await replayed();
  });

  it('refuses beyond the rate, by an event the first time only', async () => {
    const slow = { ...deps, limits: { ...deps.limits, take: () => false } };
    for (let i = 0; i < 3; i++) expect(codes(await releaseKey(slow)(generate())())).toEqual(['RateExceeded']);
    expect((await typesOf()).filter((type) => type === 'KeyReleaseRefused')).toHaveLength(1);
    await replayed();
  });

  it('erases the plaintext that a host brought', async () => {
    const plaintext = new Uint8Array(32).fill(7);
    right(await releaseKey(deps)({ ...asking(), operation: 'encrypt', plaintext })());
    expect(plaintext).toEqual(new Uint8Array(32));
  });
});
