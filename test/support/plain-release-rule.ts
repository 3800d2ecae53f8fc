import type { LedgerEvent } from '../../domain/catalogue.js';
import type { Recorded } from '../../domain/ledger/envelope.js';

/** A request for a key as the rule sees it. */
export interface PlainRequest {
  readonly host: string;
  /** Id of the verdict's event that the token was made from. */
  readonly verdict: string;
  readonly tokenExpires: string;
  readonly provider: string;
  /** The key asked for; undefined: a new one. */
  readonly key: string | undefined;
  /** Whether it is (also) to be wrapped by the provider's primary key. */
  readonly wraps: boolean;
  readonly wrappingKey: string;
  readonly now: string;
}

type Entry = Recorded<LedgerEvent>;
/** As plain JSON: the rule leans on no type of ours. */
const data = (entry: Entry) => JSON.parse(JSON.stringify(entry.event.data));

/**
 * Whether a key may go out, written as one would say it, over the bare list of everything that ever happened. It shares
 * nothing with the decision that it is compared with.
 */
export const mayHaveKey = (all: ReadonlyArray<Entry>, request: PlainRequest): boolean => {
  const mine = all.filter(({ stream }) => stream === `host/${request.host}`);
  const has = (entries: ReadonlyArray<Entry>, type: string) => entries.some(({ event }) => event.type === type);
  if (!has(mine, 'HostEnrolled') || has(mine, 'HostRetired')) return false;

  const inOrOut = mine.filter(({ event }) => event.type === 'HostQuarantined' || event.type === 'HostReleased');
  if (inOrOut.at(-1)?.event.type === 'HostQuarantined') return false;

  const newKey = mine.findLastIndex(({ event }) =>
    ['AttestationKeyCertified', 'EndorsementKeyReplaced'].includes(event.type),
  );
  const verdicts = mine
    .slice(newKey + 1)
    .filter(({ event }) => ['HostAttested', 'AttestationRefused'].includes(event.type));
  const last = verdicts.at(-1);
  if (last?.event.type !== 'HostAttested' || last.id !== request.verdict) return false;
  const { record, wrappingKey } = data(last);
  if (request.now > record.notAfter || request.now > request.tokenExpires) return false;
  if (wrappingKey !== request.wrappingKey) return false;

  const since = all.filter(
    ({ stream, revision }) => stream.startsWith('reference/') && revision > (last.basis[stream] ?? -1),
  );
  for (const entry of since) {
    const { event } = entry;
    if (event.type === 'AttestationPolicyChanged') return false;
    if (event.type === 'BaseImageWithdrawn' && data(entry).digest === record.image.digest) return false;
    if (event.type === 'TpmCaRevoked' && data(entry).name === record.reliedOn.tpmCa) return false;
    if (event.type === 'EndorsementKeyRevoked' && data(entry).publicKeyDigest === record.reliedOn.endorsementKey)
      return false;
  }

  const provider = all.filter(({ stream }) => stream === `key-provider/${request.provider}`);
  if (!has(provider, 'KeyProviderCreated') || has(provider, 'KeyProviderRemoved')) return false;
  if (!has(provider, 'PrimaryKeyChanged')) return false;
  const settings = provider
    .filter(({ event }) => ['KeyProviderCreated', 'KeyProviderChanged'].includes(event.type))
    .at(-1)!;
  const { tokenUses } = (data(settings).new ?? data(settings).settings).release;
  const uses = mine.filter(
    (entry) =>
      entry.revision > last.revision &&
      entry.event.type === 'KeyReleaseAuthorised' &&
      data(entry).asked.provider === request.provider,
  );
  if (tokenUses !== null && uses.length >= tokenUses) return false;

  const isRevoked = (primaryKey: unknown): boolean =>
    provider.some((entry) => entry.event.type === 'PrimaryKeyRevoked' && data(entry).primaryKey === primaryKey);
  const newest = provider.findLast(({ event }) => event.type === 'PrimaryKeyChanged')!;
  if (request.wraps && isRevoked(data(newest).new)) return false;

  if (request.key === undefined) return true;
  const key = all.filter(({ stream }) => stream === `key/${String(request.key)}`);
  if (key[0] !== undefined && isRevoked(data(key[0]).primaryKey)) return false;
  return has(key, 'KeyCreated') && data(key[0]!).provider === request.provider && !has(key, 'KeyRevoked');
};
