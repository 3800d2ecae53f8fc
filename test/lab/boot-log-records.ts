/** A boot log, taken apart just far enough to write another one or to extend a TPM with it. Trusts its input. */
export interface BootLogRecords {
  /** The specification-id record, as it is at the log's head. */
  readonly head: Buffer;
  /** TPM_ALG_ID -> digest size, in the head's order. */
  readonly algorithms: ReadonlyMap<number, number>;
  readonly records: ReadonlyArray<BootLogRecord>;
}

export interface BootLogRecord {
  readonly pcr: number;
  readonly eventType: number;
  /** TPM_ALG_ID -> digest. */
  readonly digests: ReadonlyMap<number, Buffer>;
  readonly data: Buffer;
  readonly bytes: Buffer;
}

/** TCG PC Client Platform Firmware Profile 1.06, 10.4.1: never extended. */
export const EV_NO_ACTION = 3;

const LEGACY_HEADER = 32;

const algorithmsOf = (specId: Buffer): ReadonlyMap<number, number> => {
  const count = specId.readUInt32LE(24);
  const at = (i: number): [number, number] => [specId.readUInt16LE(28 + 4 * i), specId.readUInt16LE(30 + 4 * i)];
  return new Map(Array.from({ length: count }, (_, i) => at(i)));
};

const recordAt = (log: Buffer, start: number, algorithms: ReadonlyMap<number, number>): BootLogRecord => {
  const digests = new Map<number, Buffer>();
  let offset = start + 12;
  for (let left = log.readUInt32LE(start + 8); left > 0; left--) {
    const algorithm = log.readUInt16LE(offset);
    const end = offset + 2 + (algorithms.get(algorithm) ?? Number.NaN);
    digests.set(algorithm, log.subarray(offset + 2, end));
    offset = end;
  }
  const end = offset + 4 + log.readUInt32LE(offset);
  return {
    pcr: log.readUInt32LE(start),
    eventType: log.readUInt32LE(start + 4),
    digests,
    data: log.subarray(offset + 4, end),
    bytes: log.subarray(start, end),
  };
};

export const bootLogRecords = (log: Buffer): BootLogRecords => {
  const headEnd = LEGACY_HEADER + log.readUInt32LE(28);
  const algorithms = algorithmsOf(log.subarray(LEGACY_HEADER, headEnd));
  const records: Array<BootLogRecord> = [];
  for (let offset = headEnd; offset < log.length; ) {
    const record = recordAt(log, offset, algorithms);
    records.push(record);
    offset += record.bytes.length;
  }
  return { head: log.subarray(0, headEnd), algorithms, records };
};
