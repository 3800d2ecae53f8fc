import type { Reason } from '../appraisal/result.js';
import type { HostState } from '../host/state.js';
import type { KeyState } from '../key/decider.js';
import type { ProviderState } from '../key-provider/state.js';
import type { ReferenceState } from '../reference/state.js';
import { tokenIdOf } from '../token/token-kind.js';
import type { ReleaseAsked, ReleaseFacts } from './events.js';
import { judgeHost } from './judge-host.js';
import { releaseReason } from './release-reasons.js';

type Reasons = ReadonlyArray<Reason>;

/** The streams beside the host's that a release leans on, each folded to one revision. */
export interface ReleaseGrounds {
  readonly reference: ReferenceState;
  readonly provider: ProviderState;
  /** Of the key that is asked for; undefined: it is being made. */
  readonly key: KeyState | undefined;
}

export interface ReleaseCase extends ReleaseGrounds {
  readonly host: HostState;
  readonly asked: ReleaseAsked;
  readonly facts: ReleaseFacts;
}

const none: Reasons = [];

/** A token is of the verdict that is current now, for the key service, and not used up. */
const tokenReasons = ({ host, asked, facts, provider }: ReleaseCase): Reasons => {
  const { token } = asked;
  const most = provider.settings.release.tokenUses;
  const superseded = host.current !== undefined && token.id !== tokenIdOf(token.kind, host.current.id);
  return [
    ...(facts.at > token.expires ? [releaseReason('TokenExpired', { actual: token.expires })] : none),
    ...(token.kind === 'key-access' ? none : [releaseReason('TokenNotForKeys', { actual: token.kind })]),
    ...(token.forUs ? none : [releaseReason('TokenNotForUs')]),
    ...(superseded ? [releaseReason('VerdictSuperseded')] : none),
    ...(most !== null && (host.releases.uses.get(asked.provider) ?? 0) >= most
      ? [releaseReason('TokenUsedUp', { expected: String(most) })]
      : none),
  ];
};

const serves = ({ settings }: ProviderState, cluster: string | null): boolean =>
  settings.serves === 'all' || (cluster !== null && settings.serves.includes(cluster));

/** Unwrapping takes the key's own primary key, wrapping the provider's current one, wrapping anew both. */
const primaryKeyReasons = ({ provider, key, asked }: ReleaseCase): Reasons => {
  const wraps = asked.operation === 'decrypt' ? [] : [provider.primaryKey];
  const needed = new Set([...wraps, key?.primaryKey].filter((each) => each !== undefined));
  return [...needed].flatMap((subject) => {
    const ended = provider.endedPrimaryKeys.get(subject);
    return ended === undefined ? none : [releaseReason('PrimaryKeyRevoked', { subject, actual: ended.end })];
  });
};

const providerReasons = (release: ReleaseCase): Reasons => {
  const { provider, asked, facts } = release;
  if (provider.status === 'unknown') return [releaseReason('ProviderUnknown', { subject: asked.provider })];
  if (provider.status === 'removed') return [releaseReason('ProviderRemoved', { subject: asked.provider })];
  const { purposes, requireWitnessedVerdict } = provider.settings.release;
  // Unknown health is never read as good.
  const healthy = provider.health === 'OK' || provider.health === 'WARNING';
  const purposeAllowed = purposes.length === 0 || (asked.purpose !== null && purposes.includes(asked.purpose));
  return [
    ...(healthy ? none : [releaseReason('ProviderUnhealthy', { actual: provider.health })]),
    ...(provider.primaryKey === undefined ? [releaseReason('PrimaryKeyMissing')] : none),
    ...primaryKeyReasons(release),
    ...(serves(provider, facts.cluster) ? none : [releaseReason('HostNotServed')]),
    ...(purposeAllowed ? none : [releaseReason('PurposeNotAllowed')]),
    ...(requireWitnessedVerdict && facts.witnessed !== true ? [releaseReason('VerdictNotWitnessed')] : none),
  ];
};

const keyReasons = ({ key, asked }: ReleaseCase): Reasons => {
  if (key === undefined) return none;
  if (key.status === 'unknown') return [releaseReason('KeyUnknown')];
  return [
    ...(key.status === 'revoked' ? [releaseReason('KeyRevoked')] : none),
    ...(key.provider === asked.provider ? none : [releaseReason('KeyOfAnotherProvider')]),
  ];
};

const deliveryReasons = ({ asked: { delivery }, host }: ReleaseCase): Reasons => {
  if (delivery.to === 'nobody') return none;
  if (delivery.to === 'tpm-key') return delivery.unfit.map((code) => releaseReason('TpmKeyUnfit', { actual: code }));
  if (delivery.key === null) return [releaseReason('WrappingKeyMissing')];
  return delivery.key === host.current?.wrappingKey ? none : [releaseReason('WrappingKeyNotVouchedFor')];
};

/**
 * The rule. Every reason why this key may not go to this host now; none: it may. Pure: the same streams at the same revisions
 * and the recorded facts give the same answer for ever.
 */
export const judgeRelease = (release: ReleaseCase): Reasons => [
  ...tokenReasons(release),
  ...judgeHost(release.host, release.reference, release.facts.at),
  ...providerReasons(release),
  ...keyReasons(release),
  ...deliveryReasons(release),
  ...(release.facts.withinRate ? none : [releaseReason('RateExceeded')]),
];
