import type { LedgerEvent } from '../domain/catalogue.js';
import type { Recorded } from '../domain/ledger/envelope.js';
import { leansOn, takenBackKey } from '../domain/reference/taken-back.js';
import type { HostTrustRow, HostTrustRows, TakenBackRow, Undercut, VerdictSummary } from './host-trust-row.js';

/** What of the reference values an event takes back, under the name that verdicts know it by. */
export interface TakenBack {
  readonly key: string;
  readonly row: TakenBackRow;
}

const takenBack = (
  { index, revision, recordedAt }: Recorded,
  code: Undercut['code'],
  named: string,
  subject: string,
  reason: string,
): TakenBack => ({
  key: takenBackKey(code, named),
  row: { kind: 'taken-back', revision, undercut: { code, subject, reason, index, time: recordedAt } },
});

/** Undefined for events that take nothing back. */
export const takenBackBy = (recorded: Recorded<LedgerEvent>): TakenBack | undefined => {
  const { event } = recorded;
  if (event.type === 'BaseImageWithdrawn') {
    const { digest, version, reason } = event.data;
    return takenBack(recorded, event.type, digest, version, reason);
  }
  if (event.type === 'TpmCaRevoked') {
    const { name, reason } = event.data;
    return takenBack(recorded, event.type, name, name, reason);
  }
  if (event.type === 'EndorsementKeyRevoked') {
    const { publicKeyDigest, reason } = event.data;
    return takenBack(recorded, event.type, publicKeyDigest, publicKeyDigest, reason);
  }
  return undefined;
};

/**
 * What an affirming verdict leaned on and was taken back after the reference values that it rests on. It stays so if the same
 * thing is approved again later: only new evidence makes the host trusted again.
 */
export const undercutOf = (rows: HostTrustRows, verdict: VerdictSummary): Undercut | null => {
  if (verdict.verdict !== 'affirming') return null;
  for (const [, key] of leansOn(verdict)) {
    const row = rows.get(key);
    if (row?.kind === 'taken-back' && row.revision > verdict.basis) return row.undercut;
  }
  return null;
};

/** Whether this, taken back now, ends the host's trust. */
export const isUndercutBy = ({ verdict, undercut }: HostTrustRow, { key }: TakenBack): boolean =>
  verdict?.verdict === 'affirming' && undercut === null && leansOn(verdict).some(([, each]) => each === key);
