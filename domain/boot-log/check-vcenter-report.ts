import { concat, equalBytes, utf8 } from '../encoding/bytes.js';
import type { Hashing } from '../ports.js';
import { DIGEST_SIZES } from '../tpm/algorithms.js';
import type { VcenterEvent, VcenterRegister, VcenterReport } from './vcenter-report.js';

export type VcenterFindingCode =
  /** The vCenter itself says so, or does not say. */
  | 'VcenterLogUnreliable'
  /** No digest method, or an unknown one: the value's bank is not guessed (older vCenters send 40 zeros for SHA-1). */
  | 'VcenterDigestMethodMissing'
  | 'VcenterDigestSizeInvalid'
  | 'VcenterRegisterInvalid'
  | 'VcenterRegisterRepeated'
  /** The register's events, all together and in its own bank, do not lead to its value: some are missing or changed. */
  | 'VcenterRegisterDoesNotReplay'
  | 'VcenterEventUnreadable'
  /** A boot security option whose digest is not of its text. */
  | 'VcenterOptionMismatch';

export interface VcenterFinding {
  readonly code: VcenterFindingCode;
  readonly pcr?: number;
  readonly event?: number;
}

/** `empty`: the report has no event for the register. */
export type RegisterReplay = 'replays' | 'does-not-replay' | 'empty';

export interface CheckedVcenterReport {
  readonly replays: ReadonlyMap<number, RegisterReplay>;
  readonly findings: ReadonlyArray<VcenterFinding>;
}

const LAST_PCR = 23;
const NUL = new Uint8Array(1);

const hasItsSize = ({ algorithm }: { readonly algorithm: VcenterRegister['algorithm'] }, bytes: Uint8Array): boolean =>
  algorithm !== undefined && bytes.length === DIGEST_SIZES[algorithm];

/** Registers start at zero: 17-22 after the dynamic launch, all others at reset. */
const replayOf = (hashing: Hashing, register: VcenterRegister, events: ReadonlyArray<VcenterEvent>): RegisterReplay => {
  const { algorithm, value } = register;
  if (events.length === 0) return 'empty';
  if (algorithm === undefined || !hasItsSize(register, value)) return 'does-not-replay';
  if (events.some((event) => event.algorithm !== algorithm || !hasItsSize(event, event.digest)))
    return 'does-not-replay';
  const start: Uint8Array = new Uint8Array(DIGEST_SIZES[algorithm]);
  const end = events.reduce((current, event) => hashing.hash(algorithm, concat(current, event.digest)), start);
  return equalBytes(end, value) ? 'replays' : 'does-not-replay';
};

const registerFindings = (
  register: VcenterRegister,
  repeated: boolean,
  replay: RegisterReplay,
): ReadonlyArray<VcenterFinding> => {
  const { pcr, algorithm, value } = register;
  const codes: Array<VcenterFindingCode> = [];
  if (pcr > LAST_PCR) codes.push('VcenterRegisterInvalid');
  if (repeated) codes.push('VcenterRegisterRepeated');
  if (algorithm === undefined) codes.push('VcenterDigestMethodMissing');
  else if (!hasItsSize(register, value)) codes.push('VcenterDigestSizeInvalid');
  if (replay === 'does-not-replay') codes.push('VcenterRegisterDoesNotReplay');
  return codes.map((code) => ({ code, pcr }));
};

const eventFindings = (hashing: Hashing, event: VcenterEvent): ReadonlyArray<VcenterFinding> => {
  const { algorithm, digest, details, pcr, index } = event;
  const codes: Array<VcenterFindingCode> = [];
  if (pcr > LAST_PCR) codes.push('VcenterRegisterInvalid');
  if (algorithm === undefined) codes.push('VcenterDigestMethodMissing');
  else if (!hasItsSize(event, digest)) codes.push('VcenterDigestSizeInvalid');
  else if (
    details.kind === 'boot-security-option' &&
    details.typeName === 'HostTpmBootSecurityOptionEventDetails' &&
    !equalBytes(hashing.hash(algorithm, concat(utf8(details.option), NUL)), digest)
  )
    codes.push('VcenterOptionMismatch');
  if (details.kind === 'unreadable') codes.push('VcenterEventUnreadable');
  return codes.map((code) => ({ code, pcr, event: index }));
};

const byRegister = (events: ReadonlyArray<VcenterEvent>): ReadonlyMap<number, ReadonlyArray<VcenterEvent>> => {
  const groups = new Map<number, Array<VcenterEvent>>();
  for (const event of events) {
    const group = groups.get(event.pcr);
    if (group === undefined) groups.set(event.pcr, [event]);
    else group.push(event);
  }
  return groups;
};

/** Which registers the report's own events explain, and what is odd about it. Agreement is consistency, not proof. */
export const checkVcenterReport = (hashing: Hashing, report: VcenterReport): CheckedVcenterReport => {
  const groups = byRegister(report.events);
  const replays = new Map<number, RegisterReplay>();
  const findings: Array<VcenterFinding> = report.logReliable === true ? [] : [{ code: 'VcenterLogUnreliable' }];
  for (const register of report.registers) {
    const replay = replayOf(hashing, register, groups.get(register.pcr) ?? []);
    findings.push(...registerFindings(register, replays.has(register.pcr), replay));
    const before = replays.get(register.pcr);
    replays.set(register.pcr, before === undefined || before === replay ? replay : 'does-not-replay');
  }
  for (const pcr of groups.keys()) {
    if (replays.has(pcr)) continue;
    replays.set(pcr, 'does-not-replay');
    findings.push({ code: 'VcenterRegisterDoesNotReplay', pcr });
  }
  findings.push(...report.events.flatMap((event) => eventFindings(hashing, event)));
  return { replays, findings };
};
