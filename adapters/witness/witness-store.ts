import { join } from 'node:path';
import { toHex, utf8 } from '../../domain/encoding/bytes.js';
import type { Hashing } from '../../domain/ports.js';
import type { CheckpointRecord } from '../../domain/transparency/ports.js';
import { createFileCheckpointRecord } from '../transparency/file-checkpoint-record.js';

/** The name by which a log is asked for: SHA-256 of its origin (C2SP tlog-witness, Monitor Retrieval). */
export const originHash = (hashing: Hashing, origin: string): string => toHex(hashing.hash('sha256', utf8(origin)));

/** One record for each log, by the hash of its origin, made when it is first used. */
export type WitnessStore = (originHash: string) => CheckpointRecord;

export const createFolderWitnessStore = (folder: string): WitnessStore => {
  const records = new Map<string, CheckpointRecord>();
  return (hash) => {
    const record = records.get(hash) ?? createFileCheckpointRecord(join(folder, hash));
    records.set(hash, record);
    return record;
  };
};
