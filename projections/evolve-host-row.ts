import { reasonsOf } from '../domain/appraisal/verdict-record.js';
import type { HostEvent } from '../domain/host/events.js';
import type { Recorded } from '../domain/ledger/envelope.js';
import type { HostTrustRow, HostTrustRows, Mark, VerdictSummary } from './host-trust-row.js';
import { undercutOf } from './undercut.js';

type Of<T extends HostEvent['type']> = Recorded<Extract<HostEvent, { readonly type: T }>>;
type Judged = Of<'HostAttested' | 'AttestationRefused'>;

const markOf = ({ index, recordedAt }: Recorded): Mark => ({ index, time: recordedAt });

const newRow = (recorded: Of<'HostEnrolled'>, host: string): HostTrustRow => {
  const { displayName, endorsementKey } = recorded.event.data;
  const now = markOf(recorded);
  return {
    kind: 'host',
    host,
    displayName,
    enrolled: now,
    endorsementKey,
    attestationKey: null,
    tpm: null,
    certificates: [],
    verdict: null,
    undercut: null,
    quarantine: null,
    retired: null,
    since: now,
    counts: { affirming: 0, contraindicated: 0, foreign: 0 },
    relayed: null,
  };
};

const basisOf = ({ basis }: Recorded): number => {
  for (const [stream, revision] of Object.entries(basis)) if (stream.startsWith('reference/')) return revision;
  return -1;
};

const summaryOf = (recorded: Judged): VerdictSummary => {
  const { index, revision, event } = recorded;
  const { verdict, at, notAfter, image, reliedOn, secureBoot, exceptions } = event.data.record;
  return {
    index,
    revision,
    verdict,
    at,
    notAfter,
    image,
    ...reliedOn,
    secureBoot,
    reasons: verdict === 'affirming' ? [] : [...new Set(reasonsOf(event.data.record).map(({ code }) => code))],
    exceptions,
    basis: basisOf(recorded),
  };
};

const withVerdict = (rows: HostTrustRows, row: HostTrustRow, recorded: Judged): HostTrustRow => {
  const verdict = summaryOf(recorded);
  const undercut = undercutOf(rows, verdict);
  const was = row.verdict !== null && row.undercut === null ? row.verdict.verdict : null;
  const is = undercut === null ? verdict.verdict : 'contraindicated';
  const counts = { ...row.counts, [verdict.verdict]: row.counts[verdict.verdict] + 1 };
  return { ...row, verdict, undercut, counts, since: was === is ? row.since : markOf(recorded) };
};

/** A verdict is of one AK in one TPM: with another, the host has to show itself again. */
const withoutVerdict = (row: HostTrustRow, recorded: Recorded): HostTrustRow => ({
  ...row,
  verdict: null,
  undercut: null,
  since: markOf(recorded),
});

const foreignOf = ({ event }: Of<'ForeignEvidenceSummarised'>): number =>
  event.data.counts.reduce((sum, { count }) => sum + count, 0);

/** Everything but enrolment, of a host that has a row. */
const evolveKnown = (rows: HostTrustRows, row: HostTrustRow, recorded: Recorded<HostEvent>): HostTrustRow => {
  const { event } = recorded;
  const now = markOf(recorded);
  switch (event.type) {
    case 'HostEnrolled':
    case 'KeyReleaseAuthorised':
    case 'KeyReleaseRefused':
    case 'KeyDelivered':
    case 'KeyDeliveryFailed':
      return row;
    case 'AttestationKeyCertified': {
      const { akName, endorsementKey, tpm, ekCertificate, intermediates } = event.data;
      const certificates = ekCertificate === null ? [] : [ekCertificate, ...intermediates];
      const attestationKey = { name: akName, since: now };
      return { ...withoutVerdict(row, recorded), endorsementKey, tpm, certificates, attestationKey };
    }
    case 'HostAttested':
    case 'AttestationRefused':
      return withVerdict(rows, row, { ...recorded, event });
    case 'HostQuarantined':
      return { ...row, quarantine: { ...now, reason: event.data.reason }, since: now };
    case 'HostReleased':
      return { ...row, quarantine: null, since: now };
    case 'EndorsementKeyReplaced':
      return {
        ...withoutVerdict(row, recorded),
        endorsementKey: event.data.new,
        tpm: null,
        certificates: [],
        attestationKey: null,
      };
    case 'HostRetired':
      return { ...row, retired: { ...now, reason: event.data.reason }, since: now };
    case 'ForeignEvidenceSummarised': {
      const foreign = row.counts.foreign + foreignOf({ ...recorded, event });
      return { ...row, counts: { ...row.counts, foreign } };
    }
    case 'HostJoined':
    case 'HostLeft':
    case 'AppliedConfigObserved':
      return row;
    case 'RelayedReportAppraised': {
      const { verdict, at } = event.data.record;
      return { ...row, relayed: { index: recorded.index, verdict, at } };
    }
  }
};

/** The host's row after one of its events. */
export const evolveHostRow = (
  rows: HostTrustRows,
  row: HostTrustRow | undefined,
  recorded: Recorded<HostEvent>,
  host: string,
): HostTrustRow | undefined => {
  const { event } = recorded;
  if (row !== undefined) return evolveKnown(rows, row, recorded);
  return event.type === 'HostEnrolled' ? newRow({ ...recorded, event }, host) : undefined;
};
