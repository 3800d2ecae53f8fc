import type { BootLog } from '../../domain/boot-log/boot-log.js';
import type { BootClaims, BootLogFinding } from '../../domain/boot-log/claims.js';
import { type DescribedMeasurement, describeLog } from '../../domain/boot-log/describe-log.js';
import { readClaims } from '../../domain/boot-log/read-claims.js';
import { replay } from '../../domain/boot-log/replay.js';
import { toHex } from '../../domain/encoding/bytes.js';
import type { Hashing } from '../../domain/ports.js';
import type { HashAlgorithm } from '../../domain/tpm/algorithms.js';

/** A boot log as `boot-log show` tells it; nothing in it is believed before a quote covers the registers. */
export interface BootLogDocument {
  readonly format: string;
  readonly banks: ReadonlyArray<string>;
  /** The bank that the claims were read in. */
  readonly bank: HashAlgorithm;
  /** Replayed registers, by bank and number. */
  readonly pcrs: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly measurements: ReadonlyArray<DescribedMeasurement>;
  readonly claims: BootClaims;
  readonly findings: ReadonlyArray<BootLogFinding>;
}

const PREFERRED: ReadonlyArray<HashAlgorithm> = ['sha256', 'sha384', 'sha512', 'sha1'];

const bankOf = (log: BootLog): HashAlgorithm => PREFERRED.find((bank) => log.banks.includes(bank)) ?? 'sha1';

export const bootLogDocument = (hashing: Hashing, log: BootLog): BootLogDocument => {
  const bank = bankOf(log);
  const registers = [...replay(hashing, log)].map(
    ([name, values]) => [name, Object.fromEntries([...values].map(([pcr, value]) => [pcr, toHex(value)]))] as const,
  );
  return {
    format: log.format,
    banks: log.banks,
    bank,
    pcrs: Object.fromEntries(registers),
    measurements: describeLog(hashing, log),
    ...readClaims(hashing, log, bank),
  };
};
