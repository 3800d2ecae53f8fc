import type { LedgerEvent } from '../../domain/catalogue.js';
import type { Recorded } from '../../domain/ledger/envelope.js';

type Words = {
  readonly [Type in LedgerEvent['type']]: (data: Extract<LedgerEvent, { readonly type: Type }>['data']) => string;
};

type Judged = Extract<LedgerEvent, { readonly type: 'HostAttested' }>['data'];

const reasonsOf = ({ record }: Pick<Judged, 'record'>): string =>
  [
    ...new Set(
      record.rules
        .filter(({ outcome }) => outcome === 'failed')
        .flatMap(({ reasons }) => reasons.map(({ code }) => code)),
    ),
  ].join(', ');

const attested = (data: Judged): string => {
  const { image, notAfter } = data.record;
  const booted = image === null ? '' : `; it booted image ${image.version}`;
  return `Found trustworthy on its own evidence${booted}. Counts until ${notAfter}.`;
};

/** What each kind of event says, in a sentence for people who know nothing of this program. */
const WORDS: Partial<Words> = {
  AuthorityFounded: ({ name, kid }) => `The authority "${name}" was founded with key ${kid}.`,
  SigningKeyIntroduced: ({ purpose, kid }) => `Signing key ${kid} was introduced (${purpose}).`,
  SigningKeyRetired: ({ kid }) => `Signing key ${kid} was retired: what it signs later does not count.`,
  SigningKeyCompromised: ({ kid, since, reason }) =>
    `Signing key ${kid} was declared compromised since ${since}: ${reason}`,
  AuthorityKeyRotated: ({ kid, replaces }) => `The authority's own key ${replaces} was replaced by ${kid}.`,
  TpmCaTrusted: ({ name }) => `TPM maker's CA "${name}" was trusted.`,
  TpmCaRevoked: ({ name, reason }) => `Trust in TPM maker's CA "${name}" was revoked: ${reason}`,
  EndorsementKeyTrusted: ({ name }) => `Endorsement key "${name}" was put on the list.`,
  EndorsementKeysTrusted: ({ keys }) => `${String(keys.length)} endorsement keys were put on the list.`,
  EndorsementKeyRevoked: ({ name, reason }) => `Endorsement key "${name}" was struck off the list: ${reason}`,
  BaseImageProposed: ({ version, displayName }) => `Base image ${version} (${displayName}) was proposed.`,
  BaseImageApproved: ({ version }) => `Base image ${version} was approved.`,
  BaseImageWithdrawn: ({ version, reason }) => `Base image ${version} was withdrawn: ${reason}`,
  TpmModelListed: ({ manufacturer, model }) => `TPM model ${manufacturer} ${model} was listed.`,
  TpmModelDelisted: ({ manufacturer, model, reason }) => `TPM model ${manufacturer} ${model} was delisted: ${reason}`,
  AttestationPolicyChanged: () => 'The rules for judging evidence were set.',
  HostEnrolled: () => 'The host was enrolled.',
  AttestationKeyCertified: () => "The host's attestation key was certified: its TPM proved that it holds it.",
  HostAttested: attested,
  AttestationRefused: (data) => `Found NOT trustworthy on its own evidence (${reasonsOf(data)}).`,
  HostQuarantined: ({ reason }) => `The host was quarantined: ${reason}`,
  HostReleased: ({ reason }) => `The host was released from quarantine: ${reason}`,
  EndorsementKeyReplaced: ({ reason }) => `The host's TPM was replaced: ${reason}`,
  HostJoined: ({ cluster }) => `The host joined cluster ${cluster}.`,
  HostLeft: ({ cluster, reason }) => `The host left cluster ${cluster}: ${reason}`,
  AppliedConfigObserved: ({ by }) =>
    `What the host applies was ${by === 'host' ? 'said by itself' : 'relayed'}; it changes no trust.`,
  HostRetired: ({ reason }) => `The host was retired: ${reason}`,
  ForeignEvidenceSummarised: ({ counts }) =>
    `Evidence in the host's name that was not its own was turned away (${String(
      counts.reduce((sum, { count }) => sum + count, 0),
    )} times).`,
  RelayedReportAppraised: ({ record }) =>
    `A report relayed by a management server was read (${record.verdict}); it changes no trust.`,
};

/** An event as a sentence; its own name where there is none. */
export const eventWords = ({ event }: Recorded<LedgerEvent>): string => {
  const words = WORDS[event.type] as ((data: unknown) => string) | undefined;
  return words === undefined ? `${event.type}.` : words(event.data);
};
