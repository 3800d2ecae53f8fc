import { toHex } from '../encoding/bytes.js';
import type { Hashing } from '../ports.js';
import type { HashAlgorithm } from '../tpm/algorithms.js';
import type { BootLog, Measurement } from './boot-log.js';
import { fits } from './check-measurements.js';
import { describeData } from './describe-data.js';
import { type Coverage, type DescribedField, visible } from './described-field.js';
import { EV, eventTypeName } from './event-types.js';
import { type Form, measuredForms } from './measured-data.js';

export interface DescribedDigest {
  readonly bank: HashAlgorithm;
  readonly digest: string;
  /** Whether this bank's digest is of the data; undefined where the data is not what is measured. */
  readonly fits: boolean | undefined;
}

/** One entry for a person. The type is always a claim; only PCR and digests are what a quote vouches for. */
export interface DescribedMeasurement {
  readonly index: number;
  readonly offset: number;
  readonly pcr: number;
  readonly type: number;
  readonly typeName: string;
  readonly extended: boolean;
  readonly digests: ReadonlyArray<DescribedDigest>;
  readonly fields: ReadonlyArray<DescribedField>;
}

/** systemd-stub's command line has no type of its own, so it is only tried here. */
const candidates = (entry: Measurement): ReadonlyArray<Form> => {
  if (entry.type === EV.NO_ACTION) return [];
  const forms = measuredForms(entry);
  return forms.length === 0 && entry.type === EV.IPL ? [{ name: 'data', bytes: entry.data }] : forms;
};

const fitting = (
  hashing: Hashing,
  log: BootLog,
  entry: Measurement,
  forms: ReadonlyArray<Form>,
): ReadonlyMap<HashAlgorithm, Form | undefined> =>
  new Map(log.banks.map((bank) => [bank, forms.find((form) => fits(hashing, bank, entry, form.bytes))]));

const describe = (hashing: Hashing, log: BootLog, entry: Measurement): DescribedMeasurement => {
  const must = entry.type === EV.NO_ACTION ? [] : measuredForms(entry);
  const found = fitting(hashing, log, entry, candidates(entry));
  const [form] = found.values();
  const agreed = form !== undefined && [...found.values()].every((one) => one?.name === form.name) ? form : undefined;
  const coverage: Coverage = agreed === undefined ? 'claim' : 'covered-by-digest';
  return {
    index: entry.index,
    offset: entry.offset,
    pcr: entry.pcr,
    type: entry.type,
    typeName: eventTypeName(entry.type),
    extended: entry.type !== EV.NO_ACTION,
    digests: [...entry.digests].map(([bank, digest]) => ({
      bank,
      digest: toHex(digest),
      fits: must.length === 0 && agreed === undefined ? undefined : found.get(bank) !== undefined,
    })),
    fields: describeData(hashing, entry, coverage, agreed?.name).map((field) => ({
      ...field,
      value: visible(field.value),
    })),
  };
};

/** Every entry with all that can be read from it, each field marked by whether a digest covers it. Total. */
export const describeLog = (hashing: Hashing, log: BootLog): ReadonlyArray<DescribedMeasurement> =>
  log.measurements.map((entry) => describe(hashing, log, entry));
