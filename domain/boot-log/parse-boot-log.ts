import * as E from 'fp-ts/lib/Either.js';
import type { HashAlgorithm } from '../tpm/algorithms.js';
import type { BootLog, Measurement } from './boot-log.js';
import { EV } from './event-types.js';
import { viewOf } from './little-endian.js';
import { type DeclaredAlgorithm, parseSpecIdEvent, specIdOf } from './spec-id-event.js';

export type BootLogErrorCode =
  /** The log ends inside an event or its header, or is empty. */
  | 'BootLogTruncated'
  | 'BootLogTooLarge'
  | 'BootLogMalformed'
  /** Filler (all 00 or all ff) stands after the last event: the log was copied with the buffer around it. */
  | 'BootLogPadded'
  /** A second Spec ID event: two logs joined, or a TPM 1.2 header inside a TPM 2.0 log. */
  | 'BootLogHeaderRepeated'
  /** An event carries a digest of an algorithm that the header does not declare. */
  | 'BootLogAlgorithmUnknown'
  /** An event does not carry each declared algorithm exactly once. */
  | 'BootLogDigestsIncomplete';

/** Why bytes are no boot log. `event` is the measurement's index; undefined for the header and the log as a whole. */
export interface BootLogError {
  readonly _tag: 'BootLogError';
  readonly code: BootLogErrorCode;
  readonly offset: number;
  readonly event: number | undefined;
  readonly rule: string;
}

const LARGEST_LOG = 1 << 20;
const MOST_MEASUREMENTS = 10_000;
const LAST_PCR = 23;
const NO_PCR = 0xffffffff;
const SHA1_EVENT_HEAD = 32;
const AGILE_EVENT_HEAD = 12;

interface Source {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** From here to the end every byte is the same filler. */
  readonly fillerFrom: number;
}

interface Place {
  readonly offset: number;
  readonly event: number | undefined;
}

type ReadEvent = (
  source: Source,
  place: { readonly offset: number; readonly event: number },
) => Measurement | BootLogError;

const refuse = (code: BootLogErrorCode, place: Place, rule: string): BootLogError => ({
  _tag: 'BootLogError',
  code,
  offset: place.offset,
  event: place.event,
  rule,
});

const isError = (value: object): value is BootLogError => '_tag' in value;

const fillerStart = (bytes: Uint8Array): number => {
  const last = bytes[bytes.length - 1];
  if (last !== 0 && last !== 0xff) return bytes.length;
  let start = bytes.length;
  while (start > 0 && bytes[start - 1] === last) start -= 1;
  return start;
};

const truncated = (source: Source, place: Place, size: number): BootLogError =>
  refuse('BootLogTruncated', place, `needs ${String(size)} bytes, ${String(source.bytes.length - place.offset)} left`);

const pcrFault = (pcr: number, type: number, place: Place): BootLogError | undefined =>
  pcr <= LAST_PCR || (pcr === NO_PCR && type === EV.NO_ACTION)
    ? undefined
    : refuse('BootLogMalformed', place, `PCR ${String(pcr)} does not exist`);

const dataOf = (source: Source, place: Place, sizeAt: number): Uint8Array | BootLogError => {
  const end = sizeAt + 4 + source.view.getUint32(sizeAt, true);
  return end <= source.bytes.length
    ? source.bytes.subarray(sizeAt + 4, end)
    : truncated(source, place, end - place.offset);
};

const readSha1Event: ReadEvent = (source, place) => {
  const { offset, event } = place;
  if (source.bytes.length - offset < SHA1_EVENT_HEAD) return truncated(source, place, SHA1_EVENT_HEAD);
  const [pcr, type] = [source.view.getUint32(offset, true), source.view.getUint32(offset + 4, true)];
  const fault = pcrFault(pcr, type, place);
  if (fault !== undefined) return fault;
  const data = dataOf(source, place, offset + 28);
  if (!(data instanceof Uint8Array)) return data;
  const digests = new Map([['sha1' as const, source.bytes.subarray(offset + 8, offset + 28)]]);
  return { index: event, pcr, type, digests, data, offset };
};

type Digests = ReadonlyMap<HashAlgorithm, Uint8Array>;

const countFault = (source: Source, place: Place, count: number, expected: number): BootLogError | undefined => {
  if (count === expected) return undefined;
  const data = source.bytes.subarray(place.offset + SHA1_EVENT_HEAD);
  return source.view.getUint32(place.offset + 4, true) === EV.NO_ACTION && specIdOf(data) !== undefined
    ? refuse('BootLogHeaderRepeated', place, 'a header of the older format stands inside the log')
    : refuse('BootLogDigestsIncomplete', place, `${String(count)} digests, ${String(expected)} algorithms declared`);
};

const readDigests = (
  source: Source,
  place: Place,
  declared: ReadonlyArray<DeclaredAlgorithm>,
): { readonly digests: Digests; readonly end: number } | BootLogError => {
  const digests = new Map<HashAlgorithm, Uint8Array>();
  let [at, seen] = [place.offset + AGILE_EVENT_HEAD, 0];
  for (let left = declared.length; left > 0; left--) {
    if (source.bytes.length - at < 2) return truncated(source, place, at + 2 - place.offset);
    const id = source.view.getUint16(at, true);
    const index = declared.findIndex((one) => one.id === id);
    const algorithm = declared[index];
    if (algorithm === undefined)
      return refuse('BootLogAlgorithmUnknown', place, `algorithm ${String(id)} is not declared`);
    if ((seen & (1 << index)) !== 0)
      return refuse('BootLogDigestsIncomplete', place, `algorithm ${String(id)} occurs twice`);
    seen |= 1 << index;
    const end = at + 2 + algorithm.size;
    if (end > source.bytes.length) return truncated(source, place, end - place.offset);
    if (algorithm.name !== undefined) digests.set(algorithm.name, source.bytes.subarray(at + 2, end));
    at = end;
  }
  return { digests, end: at };
};

const readAgileEvent =
  (declared: ReadonlyArray<DeclaredAlgorithm>): ReadEvent =>
  (source, place) => {
    const { offset, event } = place;
    if (source.bytes.length - offset < AGILE_EVENT_HEAD) return truncated(source, place, AGILE_EVENT_HEAD);
    const [pcr, type] = [source.view.getUint32(offset, true), source.view.getUint32(offset + 4, true)];
    const fault =
      pcrFault(pcr, type, place) ?? countFault(source, place, source.view.getUint32(offset + 8, true), declared.length);
    if (fault !== undefined) return fault;
    const read = readDigests(source, place, declared);
    if (isError(read)) return read;
    if (source.bytes.length - read.end < 4) return truncated(source, place, read.end + 4 - offset);
    const data = dataOf(source, place, read.end);
    return data instanceof Uint8Array ? { index: event, pcr, type, digests: read.digests, data, offset } : data;
  };

const readEvents = (source: Source, start: number, read: ReadEvent): ReadonlyArray<Measurement> | BootLogError => {
  const measurements: Array<Measurement> = [];
  let offset = start;
  while (offset < source.bytes.length) {
    const place = { offset, event: measurements.length };
    if (place.event === MOST_MEASUREMENTS)
      return refuse('BootLogTooLarge', place, `more than ${String(MOST_MEASUREMENTS)} measurements`);
    if (offset >= source.fillerFrom)
      return refuse(
        'BootLogPadded',
        place,
        `${String(source.bytes.length - offset)} bytes of filler after the last event`,
      );
    const measurement = read(source, place);
    if (isError(measurement)) return measurement;
    if (measurement.type === EV.NO_ACTION && specIdOf(measurement.data) !== undefined)
      return refuse('BootLogHeaderRepeated', place, 'a second Spec ID event stands inside the log');
    measurements.push(measurement);
    offset = measurement.data.byteOffset - source.bytes.byteOffset + measurement.data.length;
  }
  return measurements;
};

const log = (
  format: BootLog['format'],
  banks: ReadonlyArray<HashAlgorithm>,
  measurements: ReadonlyArray<Measurement> | BootLogError,
): E.Either<BootLogError, BootLog> =>
  '_tag' in measurements ? E.left(measurements) : E.right({ format, banks, measurements });

const parseAgile = (source: Source, header: Measurement, start: number): E.Either<BootLogError, BootLog> => {
  const declared = parseSpecIdEvent(header.data);
  if (typeof declared === 'string')
    return E.left(refuse('BootLogMalformed', { offset: 0, event: undefined }, declared));
  const banks = declared.flatMap((one) => (one.name === undefined ? [] : [one.name]));
  return log('crypto-agile', banks, readEvents(source, start, readAgileEvent(declared)));
};

/**
 * TCG_PCR_EVENT2 logs that begin with a Spec ID Event03 header, and SHA-1 logs (TCG_PCR_EVENT) with a 1.2 header or none
 * (PFP 1.06, 10.2). Every byte is explained or the log is refused; nothing is skipped to find a next event.
 */
export const parseBootLog = (bytes: Uint8Array): E.Either<BootLogError, BootLog> => {
  const whole: Place = { offset: 0, event: undefined };
  if (bytes.length > LARGEST_LOG)
    return E.left(refuse('BootLogTooLarge', whole, `at most ${String(LARGEST_LOG)} bytes allowed`));
  const source: Source = { bytes, view: viewOf(bytes), fillerFrom: fillerStart(bytes) };
  if (bytes.length > 0 && source.fillerFrom === 0) return E.left(refuse('BootLogPadded', whole, 'nothing but filler'));
  const first = readSha1Event(source, { offset: 0, event: 0 });
  if (isError(first)) return E.left({ ...first, event: undefined });
  const version = first.type === EV.NO_ACTION ? specIdOf(first.data) : undefined;
  if (version === undefined) return log('sha1', ['sha1'], readEvents(source, 0, readSha1Event));
  if (first.pcr !== 0) return E.left(refuse('BootLogMalformed', whole, 'the Spec ID event is not in PCR 0'));
  const start = SHA1_EVENT_HEAD + first.data.length;
  if (version === '03') return parseAgile(source, first, start);
  if (version === '00' || version === '02') return log('sha1', ['sha1'], readEvents(source, start, readSha1Event));
  return E.left(refuse('BootLogMalformed', whole, 'the Spec ID event is of an unknown version'));
};
