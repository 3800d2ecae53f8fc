import type { BootLog } from '../../domain/boot-log/boot-log.js';
import { replayBank } from '../../domain/boot-log/replay.js';
import { toHex } from '../../domain/encoding/bytes.js';
import type { Hashing } from '../../domain/ports.js';
import type { HashAlgorithm } from '../../domain/tpm/algorithms.js';
import type { EventLogInfo } from './event-log-info.js';

/** A register that the API and this program do not replay to the same; `ours` null: the log has no such bank. */
export interface RegisterDiffers {
  readonly bank: HashAlgorithm;
  readonly pcr: number;
  readonly theirs: string;
  readonly ours: string | null;
}

export interface ComparedRegisters {
  readonly compared: number;
  readonly differ: ReadonlyArray<RegisterDiffers>;
}

/** Two readings of one log. That they agree says that the log was read right, and nothing of the host: no quote is behind it. */
export const compareRegisters = (hashing: Hashing, log: BootLog, { banks }: EventLogInfo): ComparedRegisters => {
  const pairs = banks.flatMap(({ bank, registers }) => {
    const replayed = log.banks.includes(bank) ? replayBank(hashing, log, bank) : undefined;
    return [...registers].map(([pcr, theirs]): RegisterDiffers => {
      const value = replayed?.get(pcr);
      return { bank, pcr, theirs, ours: value === undefined ? null : toHex(value) };
    });
  });
  return { compared: pairs.length, differ: pairs.filter(({ theirs, ours }) => theirs !== ours) };
};
