import * as E from 'fp-ts/lib/Either.js';
import { concat } from '../encoding/bytes.js';
import { type Parser, parseAll, sized, u16be } from '../encoding/reader.js';
import { MOST_ENTRY_BYTES } from '../ledger/envelope.js';
import { type Malformed, malformed } from './malformed.js';
import { TILE_WIDTH } from './tile.js';

const entry = sized('entry', u16be('entry'), MOST_ENTRY_BYTES);

/** C2SP tlog-tiles, Log entries: each entry behind its length in 16 bits. Entries are at most 65,535 bytes. */
export const encodeEntryBundle = (entries: ReadonlyArray<Uint8Array>): Uint8Array =>
  concat(...entries.flatMap((bytes) => [Uint8Array.of(bytes.length >> 8, bytes.length & 255), bytes]));

const entries: Parser<ReadonlyArray<Uint8Array>> = (input, start) => {
  const values: Array<Uint8Array> = [];
  let offset = start;
  while (offset < input.length && values.length < TILE_WIDTH) {
    const read = entry(input, offset);
    if (E.isLeft(read)) return read;
    values.push(read.right.value);
    offset = read.right.offset;
  }
  return E.right({ value: values, offset });
};

const whole = parseAll(entries, 'entries');

/** Exactly `width` entries and nothing behind them. */
export const decodeEntryBundle = (bytes: Uint8Array, width: number): E.Either<Malformed, ReadonlyArray<Uint8Array>> => {
  const fault = malformed('entry bundle');
  const read = whole(bytes);
  if (E.isLeft(read)) return E.left(fault(`(offset ${String(read.left.offset)})`, read.left.rule));
  return read.right.length === width ? read : E.left(fault('entries', `must be ${String(width)}`));
};
