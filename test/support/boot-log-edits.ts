import * as E from 'fp-ts/lib/Either.js';
import { nodeHashing } from '../../adapters/crypto/node/hashing.js';
import type { Measurement } from '../../domain/boot-log/boot-log.js';
import { parseBootLog } from '../../domain/boot-log/parse-boot-log.js';
import { concat } from '../../domain/encoding/bytes.js';
import { ALGORITHM_IDS } from '../../domain/tpm/algorithms.js';

const le = (size: number, value: number): Uint8Array => {
  const bytes = new Uint8Array(size);
  for (let i = 0; i < size; i++) bytes[i] = Math.floor(value / 256 ** i) % 256;
  return bytes;
};

const written = ({ pcr, type, digests, data }: Measurement): Uint8Array =>
  concat(
    le(4, pcr),
    le(4, type),
    le(4, digests.size),
    ...[...digests].map(([algorithm, digest]) => concat(le(2, ALGORITHM_IDS[algorithm]), digest)),
    le(4, data.length),
    data,
  );

export const measurementsOf = (log: Uint8Array): ReadonlyArray<Measurement> => {
  const parsed = parseBootLog(log);
  if (E.isLeft(parsed)) throw new Error(parsed.left.rule);
  return parsed.right.measurements;
};

/** A crypto-agile log with each measurement replaced by none, one or several: a host that measured something else. */
export const withMeasurements = (
  log: Uint8Array,
  edit: (measurement: Measurement) => ReadonlyArray<Measurement>,
): Uint8Array => {
  const measurements = measurementsOf(log);
  const header = log.subarray(0, measurements[0]?.offset ?? log.length);
  return concat(header, ...measurements.flatMap(edit).map(written));
};

/** The same measurement of other bytes: `measured` is hashed, `data` is what the log shows (by default the same). */
export const remeasured = (
  measurement: Measurement,
  measured: Uint8Array,
  data: Uint8Array = measured,
): Measurement => ({
  ...measurement,
  data,
  digests: new Map(
    [...measurement.digests.keys()].map((algorithm) => [algorithm, nodeHashing.hash(algorithm, measured)]),
  ),
});

export const text = ({ data }: Measurement): string => Buffer.from(data).toString('latin1');
export const wide = ({ data }: Measurement): string => Buffer.from(data).toString('latin1').replace(/\0/g, '');
