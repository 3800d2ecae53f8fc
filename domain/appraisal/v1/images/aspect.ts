import type { BootLog } from '../../../boot-log/boot-log.js';
import type { BootClaims } from '../../../boot-log/claims.js';
import type { HashAlgorithm } from '../../../tpm/algorithms.js';
import type { Reason } from '../../result.js';

/** What an image is compared with: a log that replayed, and the registers, both in the bank that decides. */
export interface Booted {
  readonly bank: HashAlgorithm;
  readonly log: BootLog;
  readonly claims: BootClaims;
  /** Quoted values. */
  readonly pcrs: ReadonlyMap<number, Uint8Array>;
}

/** One rule of an image and what broke it. */
export interface Aspect {
  readonly rule: string;
  readonly reasons: ReadonlyArray<Reason>;
  /** Without Secure Boot firmware and loaders take another path: what they then measure says nothing about the image. */
  readonly needsSecureBoot: boolean;
}
