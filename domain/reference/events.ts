import * as t from 'io-ts';
import { AttestationPolicy, FirstAttestationPolicy, PolicyBank } from '../appraisal/policy.js';
import { closed } from '../encoding/closed.js';
import { Instant, ListUpTo, Sha256Hex, Text } from '../encoding/primitives.js';
import { catalogue, type EventsOf, eventType, upcast } from '../ledger/event-type.js';

const Name = Text(128);
const Why = Text(512);

/** A TPM maker's CA, root first. Certificates are in the evidence store by digest; `subject` is the root's, for people. */
export const TpmCaTrusted = eventType({
  type: 'TpmCaTrusted',
  version: 1,
  data: closed({ name: Name, chain: ListUpTo(Sha256Hex, 16), subject: Text(1024) }, 'TpmCaTrusted'),
});

export const TpmCaRevoked = eventType({
  type: 'TpmCaRevoked',
  version: 1,
  data: closed({ name: Name, reason: Why }, 'TpmCaRevoked'),
});

/** An endorsement key on the list, by the digest of its key material; `certificate` is a blob's digest if one was given. */
export const EndorsementKeyTrusted = eventType({
  type: 'EndorsementKeyTrusted',
  version: 1,
  data: closed(
    { name: Name, publicKeyDigest: Sha256Hex, certificate: t.union([t.null, Sha256Hex]) },
    'EndorsementKeyTrusted',
  ),
});

/** Fits into an entry whatever the names are. */
export const MOST_KEYS_TOGETHER = 96;

/** Many at once, as when another authority's list is taken over. */
export const EndorsementKeysTrusted = eventType({
  type: 'EndorsementKeysTrusted',
  version: 1,
  data: closed(
    {
      keys: ListUpTo(
        closed({ name: Name, publicKeyDigest: Sha256Hex, certificate: t.union([t.null, Sha256Hex]) }, 'ListedKey'),
        MOST_KEYS_TOGETHER,
      ),
    },
    'EndorsementKeysTrusted',
  ),
});

export const EndorsementKeyRevoked = eventType({
  type: 'EndorsementKeyRevoked',
  version: 1,
  data: closed({ name: Name, publicKeyDigest: Sha256Hex, reason: Why }, 'EndorsementKeyRevoked'),
});

/** `digest` names the image document in the evidence store; the actor is the proposer. */
export const BaseImageProposed = eventType({
  type: 'BaseImageProposed',
  version: 1,
  data: closed(
    {
      version: Name,
      digest: Sha256Hex,
      kind: t.keyof({ esxi: null, 'uefi-linux': null, 'golden-pcrs': null }),
      displayName: Text(256),
      bank: PolicyBank,
    },
    'BaseImageProposed',
  ),
});

/** The actor is another operator than the proposer. */
export const BaseImageApproved = eventType({
  type: 'BaseImageApproved',
  version: 1,
  data: closed({ version: Name, digest: Sha256Hex }, 'BaseImageApproved'),
});

/** Ends an approved image, or an open proposal. */
export const BaseImageWithdrawn = eventType({
  type: 'BaseImageWithdrawn',
  version: 1,
  data: closed({ version: Name, digest: Sha256Hex, reason: Why }, 'BaseImageWithdrawn'),
});

export const TpmModelListed = eventType({
  type: 'TpmModelListed',
  version: 1,
  data: closed(
    {
      manufacturer: Text(64),
      model: Name,
      firmwareVersions: ListUpTo(Text(64), 256),
      biosVersions: ListUpTo(Text(256), 256),
      asOf: Instant,
    },
    'TpmModelListed',
  ),
});

export const TpmModelDelisted = eventType({
  type: 'TpmModelDelisted',
  version: 1,
  data: closed({ manufacturer: Text(64), model: Name, reason: Why }, 'TpmModelDelisted'),
});

const FirstPolicyChanged = closed(
  { old: t.union([t.null, FirstAttestationPolicy]), new: FirstAttestationPolicy },
  'AttestationPolicyChanged',
);

/** Both policies whole, so that the event alone says what changed. `old` is null for the first. */
export const AttestationPolicyChanged = eventType({
  type: 'AttestationPolicyChanged',
  version: 2,
  data: closed({ old: t.union([t.null, AttestationPolicy]), new: AttestationPolicy }, 'AttestationPolicyChanged'),
  upcasts: [upcast(FirstPolicyChanged, (old) => old)],
});

export const REFERENCE_EVENTS = [
  TpmCaTrusted,
  TpmCaRevoked,
  EndorsementKeyTrusted,
  EndorsementKeysTrusted,
  EndorsementKeyRevoked,
  BaseImageProposed,
  BaseImageApproved,
  BaseImageWithdrawn,
  TpmModelListed,
  TpmModelDelisted,
  AttestationPolicyChanged,
] as const;

export const referenceCatalogue = catalogue(REFERENCE_EVENTS);

export type ReferenceEvent = EventsOf<typeof referenceCatalogue>;
