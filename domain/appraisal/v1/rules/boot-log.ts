import * as E from 'fp-ts/lib/Either.js';
import type { BootLogError } from '../../../boot-log/parse-boot-log.js';
import { equalBytes, toHex } from '../../../encoding/bytes.js';
import type { HashAlgorithm } from '../../../tpm/algorithms.js';
import type { PcrValues } from '../../../tpm/pcr-digest.js';
import type { SelectedPcrs } from '../../../tpm/pcr-selection.js';
import type { ReadBootLog } from '../../appraiser.js';
import type { AttestationPolicy } from '../../policy.js';
import { reason } from '../../reason-codes.js';
import type { Reason, RuleResult } from '../../result.js';
import { failed, passed } from '../rule-result.js';

const EV_NO_ACTION = 0x00000003;

/** The operating system goes on extending 10 (IMA) and 15-23 while it runs; no boot log holds that. */
const isOfBoot = (pcr: number): boolean => pcr <= 14 && pcr !== 10;

const logReason = ({ code, event, offset, rule }: BootLogError): Reason =>
  reason(code, { event, actual: `${rule}, at byte ${String(offset)}` });

export const judgeLogForm = (bytes: Uint8Array, read: E.Either<BootLogError, unknown>): RuleResult => {
  if (bytes.length === 0) return failed('boot-log', [reason('BootLogMissing')]);
  return E.isLeft(read) ? failed('boot-log', [logReason(read.left)]) : passed('boot-log');
};

export interface Replay {
  readonly reasons: ReadonlyArray<Reason>;
  /** Registers of the deciding bank whose values the log explains: what the log says of others is not believed. */
  readonly explained: ReadonlySet<number>;
}

const loggedPcrs = ({ log }: ReadBootLog): ReadonlySet<number> =>
  new Set(log.measurements.filter(({ type }) => type !== EV_NO_ACTION).map(({ pcr }) => pcr));

/**
 * Every quoted register that the log has entries for must be what they extend to; and one without entries must hold its
 * initial value, if it is of the boot or policy asks for it: measurements that are missing from a log are a failure.
 */
export const compareReplay = (
  read: ReadBootLog,
  deciding: HashAlgorithm,
  quoted: ReadonlyArray<SelectedPcrs>,
  values: PcrValues,
  { requiredPcrs }: AttestationPolicy,
): Replay => {
  let logged: ReadonlySet<number> | undefined;
  const isLogged = (pcr: number): boolean => (logged ??= loggedPcrs(read)).has(pcr);
  const explained = new Set<number>();
  const reasons: Array<Reason> = [];
  if (!read.log.banks.includes(deciding)) reasons.push(reason('BootLogBankMissing', { subject: deciding }));
  for (const { bank, pcrs } of quoted) {
    const replayed = read.replayed.get(bank);
    for (const pcr of replayed === undefined ? [] : pcrs) {
      const [expected, actual] = [replayed?.get(pcr), values.get(bank)?.get(pcr)];
      if (expected === undefined || actual === undefined) continue;
      const matches = equalBytes(expected, actual);
      if (matches && bank === deciding) explained.add(pcr);
      if (!matches && (isLogged(pcr) || isOfBoot(pcr) || requiredPcrs.includes(pcr)))
        reasons.push(
          reason('BootLogDoesNotReplay', { subject: bank, pcr, expected: toHex(expected), actual: toHex(actual) }),
        );
    }
  }
  return { reasons, explained };
};
