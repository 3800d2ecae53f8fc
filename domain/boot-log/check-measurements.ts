import { equalBytes } from '../encoding/bytes.js';
import type { Hashing } from '../ports.js';
import type { HashAlgorithm } from '../tpm/algorithms.js';
import type { BootLog, Measurement } from './boot-log.js';
import type { BootLogFinding } from './claims.js';
import { EV } from './event-types.js';
import { type Form, measuredForms } from './measured-data.js';

/**
 * An entry after its digest was compared with its data. `form` is what the digest covers; without it the data is a claim.
 * Entries that are never extended (EV_NO_ACTION) are left out.
 */
export interface CheckedMeasurement {
  readonly entry: Measurement;
  readonly form: Form | undefined;
}

export const fits = (hashing: Hashing, bank: HashAlgorithm, entry: Measurement, bytes: Uint8Array): boolean => {
  const digest = entry.digests.get(bank);
  return digest !== undefined && equalBytes(hashing.hash(bank, bytes), digest);
};

const finding = (code: BootLogFinding['code'], { pcr, index }: Measurement, detail?: string): BootLogFinding =>
  detail === undefined ? { code, pcr, event: index } : { code, pcr, event: index, detail };

const findingsOf = (
  entry: Measurement,
  fitting: ReadonlyMap<HashAlgorithm, Form | undefined>,
  bank: HashAlgorithm,
): ReadonlyArray<BootLogFinding> => {
  const form = fitting.get(bank);
  const findings: Array<BootLogFinding> = [];
  if (form === undefined) findings.push(finding('EventDataMismatch', entry));
  const other = [...fitting].find(([, fit]) => fit !== form);
  if (other !== undefined)
    findings.push(
      finding(
        'BanksDisagree',
        entry,
        `${other[0]} fits ${other[1]?.name ?? 'nothing'}, ${bank} ${form?.name ?? 'nothing'}`,
      ),
    );
  if (form?.name === 'data-without-last-byte') findings.push(finding('Quirk:ShimAuthorityTrailingByte', entry));
  return findings;
};

const checkOne = (
  hashing: Hashing,
  log: BootLog,
  bank: HashAlgorithm,
  entry: Measurement,
  findings: Array<BootLogFinding>,
): CheckedMeasurement => {
  const forms = measuredForms(entry);
  if (forms.length === 0) return { entry, form: undefined };
  const form = forms.find((one) => fits(hashing, bank, entry, one.bytes));
  const quiet = form !== undefined && form.name !== 'data-without-last-byte';
  if (quiet && log.banks.every((one) => one === bank || fits(hashing, one, entry, form.bytes))) return { entry, form };
  const fitting = log.banks.map((one): readonly [HashAlgorithm, Form | undefined] => [
    one,
    one === bank ? form : forms.find((each) => fits(hashing, one, entry, each.bytes)),
  ]);
  findings.push(...findingsOf(entry, new Map(fitting), bank));
  return { entry, form };
};

/** Hashes, in every bank of the log, what the data of each entry says was measured. */
export const checkMeasurements = (
  hashing: Hashing,
  log: BootLog,
  bank: HashAlgorithm,
): { readonly checked: ReadonlyArray<CheckedMeasurement>; readonly findings: ReadonlyArray<BootLogFinding> } => {
  const findings: Array<BootLogFinding> = [];
  const checked: Array<CheckedMeasurement> = [];
  for (const entry of log.measurements)
    if (entry.type !== EV.NO_ACTION) checked.push(checkOne(hashing, log, bank, entry, findings));
  return { checked, findings };
};
