import { toHex } from '../../domain/encoding/bytes.js';
import type { BootLog, Measurement } from '../../domain/boot-log/boot-log.js';
import { type CheckedMeasurement, checkMeasurements, fits } from '../../domain/boot-log/check-measurements.js';
import type { BootClaims, BootLogFinding } from '../../domain/boot-log/claims.js';
import { EV, eventTypeName } from '../../domain/boot-log/event-types.js';
import { readClaims } from '../../domain/boot-log/read-claims.js';
import { replay } from '../../domain/boot-log/replay.js';
import type { Hashing } from '../../domain/ports.js';
import type { HashAlgorithm } from '../../domain/tpm/algorithms.js';
import { dataFields, type LogField } from './boot-log-fields.js';

export interface ShownMeasurement {
  readonly index: number;
  readonly pcr: number;
  /** False for EV_NO_ACTION: it is in the log only. */
  readonly extends: boolean;
  readonly digests: Readonly<Record<string, string>>;
  readonly fields: ReadonlyArray<LogField>;
  readonly offset: number;
  readonly size: number;
}

/** A boot log as `boot-log show` tells it; nothing in it is believed before a quote covers the registers. */
export interface BootLogDocument {
  readonly format: string;
  readonly banks: ReadonlyArray<string>;
  /** The bank that the fields and claims were read in. */
  readonly bank: string;
  readonly pcrs: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly measurements: ReadonlyArray<ShownMeasurement>;
  readonly claims: BootClaims;
  readonly findings: ReadonlyArray<BootLogFinding>;
}

const PREFERRED: ReadonlyArray<HashAlgorithm> = ['sha256', 'sha384', 'sha512', 'sha1'];

const bankOf = (log: BootLog): HashAlgorithm => PREFERRED.find((bank) => log.banks.includes(bank)) ?? 'sha1';

const shown = (
  hashing: Hashing,
  bank: HashAlgorithm,
  entry: Measurement,
  checked: CheckedMeasurement | undefined,
): ShownMeasurement => {
  const whole = checked !== undefined && fits(hashing, bank, entry, entry.data);
  const type: LogField = { name: 'type', value: eventTypeName(entry.type), basis: 'claim' };
  return {
    index: entry.index,
    pcr: entry.pcr,
    extends: entry.type !== EV.NO_ACTION,
    digests: Object.fromEntries([...entry.digests].map(([name, digest]) => [name, toHex(digest)])),
    fields: [type, ...dataFields(entry, checked?.form?.name ?? (whole ? 'data' : undefined))],
    offset: entry.offset,
    size: entry.data.length,
  };
};

export const bootLogDocument = (hashing: Hashing, log: BootLog): BootLogDocument => {
  const bank = bankOf(log);
  const { checked } = checkMeasurements(hashing, log, bank);
  const byIndex = new Map(checked.map((one) => [one.entry.index, one]));
  const registers = [...replay(hashing, log)].map(([name, values]) => [
    name,
    Object.fromEntries([...values].map(([pcr, value]) => [String(pcr), toHex(value)])),
  ]);
  return {
    format: log.format,
    banks: log.banks,
    bank,
    pcrs: Object.fromEntries(registers) as BootLogDocument['pcrs'],
    measurements: log.measurements.map((entry) => shown(hashing, bank, entry, byIndex.get(entry.index))),
    ...readClaims(hashing, log, bank),
  };
};
