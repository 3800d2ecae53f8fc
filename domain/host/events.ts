import * as t from 'io-ts';
import { VerdictRecord } from '../appraisal/verdict-record.js';
import { HostJoined, HostLeft } from '../cluster/membership-events.js';
import { AppliedConfigObserved } from '../cluster/service-events.js';
import { closed } from '../encoding/closed.js';
import { HexUpTo, Instant, ListUpTo, SafeInt, Sha256Hex, Text } from '../encoding/primitives.js';
import { RELEASE_EVENTS } from '../key-release/events.js';
import { catalogue, type EventsOf, eventType } from '../ledger/event-type.js';

const Why = Text(512);

/** `endorsementKey` pins the digest of the only endorsement key that the host may ever certify an AK with, if it is known. */
export const HostEnrolled = eventType({
  type: 'HostEnrolled',
  version: 1,
  data: closed(
    { displayName: t.union([t.null, Text(256)]), endorsementKey: t.union([t.null, Sha256Hex]) },
    'HostEnrolled',
  ),
});

/** Maker, model and firmware as the endorsement certificate says them. */
const CertifiedTpm = closed({ manufacturer: Text(256), model: Text(256), firmwareVersion: Text(256) }, 'CertifiedTpm');

/**
 * The host's TPM activated a credential for this AK: both keys live in one TPM. Key areas and certificates are blobs, by
 * digest. `activation` names the exchange, which counts once, until `activationExpires`.
 */
export const AttestationKeyCertified = eventType({
  type: 'AttestationKeyCertified',
  version: 1,
  data: closed(
    {
      akName: HexUpTo(66),
      akPublic: Sha256Hex,
      endorsementKey: Sha256Hex,
      ekPublic: Sha256Hex,
      ekCertificate: t.union([t.null, Sha256Hex]),
      intermediates: ListUpTo(Sha256Hex, 8),
      tpm: t.union([t.null, CertifiedTpm]),
      activation: Sha256Hex,
      activationExpires: Instant,
    },
    'AttestationKeyCertified',
  ),
});

/** What both verdicts carry: `challenge` is the SHA-256 of the nonce, which counts once, until `challengeExpires`. */
const judged = {
  challenge: Sha256Hex,
  challengeExpires: Instant,
  /** SHA-256 of the X25519 public key that the quote vouches for; null: none. */
  wrappingKey: t.union([t.null, Sha256Hex]),
  record: VerdictRecord,
};

/** Affirming: trusted until `record.notAfter`. */
export const HostAttested = eventType({ type: 'HostAttested', version: 1, data: closed(judged, 'HostAttested') });

/** Contraindicated, over evidence that is the host's own. */
export const AttestationRefused = eventType({
  type: 'AttestationRefused',
  version: 1,
  data: closed(judged, 'AttestationRefused'),
});

export const HostQuarantined = eventType({
  type: 'HostQuarantined',
  version: 1,
  data: closed({ reason: Why }, 'HostQuarantined'),
});

export const HostReleased = eventType({
  type: 'HostReleased',
  version: 1,
  data: closed({ reason: Why }, 'HostReleased'),
});

/** The host has another TPM from now on: its AK is void until one is certified with the new key. */
export const EndorsementKeyReplaced = eventType({
  type: 'EndorsementKeyReplaced',
  version: 1,
  data: closed({ old: t.union([t.null, Sha256Hex]), new: Sha256Hex, reason: Why }, 'EndorsementKeyReplaced'),
});

export const HostRetired = eventType({
  type: 'HostRetired',
  version: 1,
  data: closed({ reason: Why }, 'HostRetired'),
});

/** Evidence in the host's name that was not its own: counted, never kept. */
export const ForeignEvidenceSummarised = eventType({
  type: 'ForeignEvidenceSummarised',
  version: 1,
  data: closed(
    {
      from: Instant,
      to: Instant,
      counts: ListUpTo(closed({ reason: Text(64), count: SafeInt }, 'ForeignEvidenceCount'), 64),
    },
    'ForeignEvidenceSummarised',
  ),
});

/** A report that a management server relayed: no AK and no nonce behind it, so it never changes whether the host is trusted. */
export const RelayedReportAppraised = eventType({
  type: 'RelayedReportAppraised',
  version: 1,
  data: closed({ report: Sha256Hex, record: VerdictRecord }, 'RelayedReportAppraised'),
});

export const HOST_EVENTS = [
  HostEnrolled,
  AttestationKeyCertified,
  HostAttested,
  AttestationRefused,
  HostQuarantined,
  HostReleased,
  EndorsementKeyReplaced,
  HostRetired,
  ForeignEvidenceSummarised,
  RelayedReportAppraised,
  HostJoined,
  HostLeft,
  AppliedConfigObserved,
  ...RELEASE_EVENTS,
] as const;

export const hostCatalogue = catalogue(HOST_EVENTS);

export type HostEvent = EventsOf<typeof hostCatalogue>;
