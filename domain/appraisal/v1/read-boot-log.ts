import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { type BootLogError, parseBootLog } from '../../boot-log/parse-boot-log.js';
import { readClaims } from '../../boot-log/read-claims.js';
import { replayBank } from '../../boot-log/replay.js';
import { toHex } from '../../encoding/bytes.js';
import type { HashAlgorithm } from '../../tpm/algorithms.js';
import type { AppraisalEngines, ReadBootLog } from '../appraiser.js';

export interface KeyedBootLog {
  /** Of the memo; empty without one. */
  readonly key: string;
  readonly known: ReadBootLog;
}

/** A log seen before is not parsed again: its bytes' digest stands for all that they say. */
export const readBootLog = (
  { hashing, bootLogs }: AppraisalEngines,
  bytes: Uint8Array,
): E.Either<BootLogError, KeyedBootLog> => {
  const key = bootLogs === undefined ? '' : toHex(hashing.hash('sha256', bytes));
  const known = bootLogs?.get(key);
  if (known !== undefined) return E.right({ key, known });
  return pipe(
    parseBootLog(bytes),
    E.map((log) => ({ key, known: { log, readings: new Map(), replayed: new Map() } })),
  );
};

/** With the readings and values of these banks added, as far as the log has them. */
export const readBanks = (
  { hashing }: AppraisalEngines,
  { log, readings, replayed }: ReadBootLog,
  deciding: HashAlgorithm,
  quoted: ReadonlyArray<HashAlgorithm>,
): ReadBootLog => {
  const missing = quoted.filter((bank) => log.banks.includes(bank) && !replayed.has(bank));
  return {
    log,
    readings: readings.has(deciding)
      ? readings
      : new Map([...readings, [deciding, readClaims(hashing, log, deciding)]]),
    replayed:
      missing.length === 0
        ? replayed
        : new Map([...replayed, ...missing.map((bank) => [bank, replayBank(hashing, log, bank)] as const)]),
  };
};

/** Only after the log replayed to a quote, so that strangers' logs push nobody's out. */
export const rememberBootLog = ({ bootLogs }: AppraisalEngines, key: string, log: ReadBootLog): void =>
  bootLogs?.set(key, log);
