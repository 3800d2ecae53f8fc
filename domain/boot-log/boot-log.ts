import type { HashAlgorithm } from '../tpm/algorithms.js';

/** One entry of a boot log. Only `digests` are covered by a quote; `type`, and often `data`, are claims until re-hashed. */
export interface Measurement {
  /** Position in the log, from 0 (the header is not a measurement). */
  readonly index: number;
  readonly pcr: number;
  /** TCG_EVENTTYPE, e.g. 0x80000001 EV_EFI_VARIABLE_DRIVER_CONFIG. */
  readonly type: number;
  readonly digests: ReadonlyMap<HashAlgorithm, Uint8Array>;
  readonly data: Uint8Array;
  /** Where the entry begins in the log's bytes. */
  readonly offset: number;
}

/** A whole log, parsed exactly: nothing before, between or after the measurements is left unexplained. */
export interface BootLog {
  readonly format: 'crypto-agile' | 'sha1';
  readonly banks: ReadonlyArray<HashAlgorithm>;
  readonly measurements: ReadonlyArray<Measurement>;
}
