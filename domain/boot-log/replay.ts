import type { Hashing } from '../ports.js';
import { DIGEST_SIZES, type HashAlgorithm } from '../tpm/algorithms.js';
import type { BootLog } from './boot-log.js';
import { EV } from './event-types.js';
import { startupLocality } from './startup-locality.js';

/** What each register would hold if every entry of the log had been extended, and nothing else. All of 0-23, per bank. */
export type ReplayedPcrs = ReadonlyMap<HashAlgorithm, ReadonlyMap<number, Uint8Array>>;

const REGISTERS = 24;
const isDynamic = (pcr: number): boolean => pcr >= 17 && pcr <= 22;

/**
 * A register's value after TPM2_Startup (TPM 2.0 Part 1, 17.3; PFP 1.06, 2.3.4). PCR 0 tells the locality of the start;
 * 17-22 hold all ones until a dynamic launch resets them to zero.
 */
export const initialPcr = (bank: HashAlgorithm, pcr: number, locality: number): Uint8Array => {
  const value = new Uint8Array(DIGEST_SIZES[bank]);
  if (isDynamic(pcr)) value.fill(0xff);
  else if (pcr === 0) value[value.length - 1] = locality;
  return value;
};

/** One bank alone. EV_NO_ACTION never extends; the first entry in 17-22 is after a launch, so it extends zero. */
export const replayBank = (hashing: Hashing, log: BootLog, bank: HashAlgorithm): ReadonlyMap<number, Uint8Array> => {
  const size = DIGEST_SIZES[bank];
  const locality = startupLocality(log).locality;
  const registers: Array<Uint8Array | undefined> = new Array<Uint8Array | undefined>(REGISTERS).fill(undefined);
  const joined = new Uint8Array(2 * size);
  for (const { pcr, type, digests } of log.measurements) {
    const digest = digests.get(bank);
    if (type === EV.NO_ACTION || digest === undefined) continue;
    joined.set(registers[pcr] ?? (isDynamic(pcr) ? new Uint8Array(size) : initialPcr(bank, pcr, locality)));
    joined.set(digest, size);
    registers[pcr] = hashing.hash(bank, joined);
  }
  return new Map(registers.map((value, pcr) => [pcr, value ?? initialPcr(bank, pcr, locality)]));
};

export const replay = (hashing: Hashing, log: BootLog): ReplayedPcrs =>
  new Map(log.banks.map((bank) => [bank, replayBank(hashing, log, bank)]));
