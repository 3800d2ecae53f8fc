import * as E from 'fp-ts/lib/Either.js';
import { fromUtf8 } from '../../../../domain/encoding/bytes.js';
import { type Parsed, parseError } from '../../../../domain/encoding/reader.js';
import { type Item, type ItemType, TYPE_CODES, type Value } from './item.js';
import { tagName } from './tag-name.js';

const HEADER = 8;
const DEEPEST = 16;
const MOST_ITEMS = 4096;

/** Tags of the standard, and of extensions (KMIP 2.1, 10.1, Item Tag: 42xxxx, 54xxxx). */
const TAG_SPACES: ReadonlySet<number> = new Set([0x42, 0x54]);

const TYPES: ReadonlyMap<number, ItemType> = new Map(
  Object.entries(TYPE_CODES).map(([type, code]) => [code, type as ItemType]),
);

/** Undefined: of any length. */
const LENGTHS: Readonly<Partial<Record<ItemType, number>>> = {
  integer: 4,
  enumeration: 4,
  interval: 4,
  boolean: 8,
  longInteger: 8,
  dateTime: 8,
  dateTimeExtended: 8,
};

interface Input {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** Of all items read so far: an item costs eight bytes to send and far more to keep. */
  readonly count: { items: number };
}

interface Header {
  readonly tag: number;
  readonly type: ItemType;
  readonly length: number;
  readonly field: string;
}

const fault = (field: string, offset: number, rule: string): E.Either<ReturnType<typeof parseError>, never> =>
  E.left(parseError(field, offset, rule));

const readHeader = ({ view }: Input, offset: number, end: number, path: string): Parsed<Header> => {
  if (end - offset < HEADER) return fault(path, offset, `needs ${HEADER} bytes, ${end - offset} left`);
  const tag = view.getUint32(offset) >>> 8;
  const field = path === '' ? tagName(tag) : `${path}.${tagName(tag)}`;
  if (!TAG_SPACES.has(tag >>> 16)) return fault(field, offset, 'must be a tag of the standard or of an extension');
  const type = TYPES.get(view.getUint8(offset + 3));
  if (type === undefined) return fault(field, offset + 3, 'must be of a known type');
  const length = view.getUint32(offset + 4);
  const fixed = LENGTHS[type];
  if (fixed !== undefined && length !== fixed) return fault(field, offset + 4, `must be ${fixed} bytes long`);
  if (type === 'bigInteger' && (length === 0 || length % 8 !== 0))
    return fault(field, offset + 4, 'must be a multiple of 8 bytes long');
  return E.right({ tag, type, length, field });
};

/** KMIP 2.1, 10.1, Item Value: values are padded with zeros to a multiple of eight bytes. */
const checkPadding = (bytes: Uint8Array, from: number, to: number, field: string): Parsed<undefined> => {
  for (let i = from; i < to; i++) if (bytes[i] !== 0) return fault(field, i, 'must be padded with zeros');
  return E.right(undefined);
};

const readItems = (input: Input, start: number, end: number, field: string, depth: number): Parsed<Value> => {
  if (depth > DEEPEST) return fault(field, start, `must not be more than ${DEEPEST} structures deep`);
  const items: Array<Item> = [];
  for (let offset = start; offset < end; ) {
    const item = readItem(input, offset, end, field, depth);
    if (E.isLeft(item)) return item;
    items.push(item.right.value);
    offset = item.right.offset;
  }
  return E.right({ type: 'structure', items });
};

const readBoolean = (value: bigint, field: string, offset: number): Parsed<Value> =>
  value > 1n ? fault(field, offset, 'must be 0 or 1') : E.right({ type: 'boolean', value: value === 1n });

const readText = (bytes: Uint8Array, field: string, offset: number): Parsed<Value> => {
  const text = fromUtf8(bytes);
  return text === undefined ? fault(field, offset, 'must be UTF-8') : E.right({ type: 'text', text });
};

const readValue = (input: Input, { type, length, field }: Header, offset: number, depth: number): Parsed<Value> => {
  const { bytes, view } = input;
  switch (type) {
    case 'structure':
      return readItems(input, offset, offset + length, field, depth + 1);
    case 'integer':
      return E.right({ type, value: view.getInt32(offset) });
    case 'enumeration':
    case 'interval':
      return E.right({ type, value: view.getUint32(offset) });
    case 'boolean':
      return readBoolean(view.getBigUint64(offset), field, offset);
    case 'longInteger':
    case 'dateTime':
    case 'dateTimeExtended':
      return E.right({ type, value: view.getBigInt64(offset) });
    case 'text':
      return readText(bytes.subarray(offset, offset + length), field, offset);
    case 'bytes':
    case 'bigInteger':
      return E.right({ type, bytes: bytes.subarray(offset, offset + length) });
  }
};

type ReadItem = Parsed<{ readonly value: Item; readonly offset: number }>;

const readItem = (input: Input, offset: number, end: number, path: string, depth: number): ReadItem => {
  if (++input.count.items > MOST_ITEMS) return fault(path, offset, `must not have more than ${MOST_ITEMS} items`);
  const header = readHeader(input, offset, end, path);
  if (E.isLeft(header)) return header;
  const { tag, length, field } = header.right;
  const start = offset + HEADER;
  const padding = (8 - (length % 8)) % 8;
  if (length + padding > end - start)
    return fault(field, start, `needs ${length + padding} bytes, ${end - start} left`);
  const value = readValue(input, header.right, start, depth);
  if (E.isLeft(value)) return value;
  const next = start + length + padding;
  const zeros = checkPadding(input.bytes, start + length, next, field);
  return E.isLeft(zeros) ? zeros : E.right({ value: { ...value.right, tag }, offset: next });
};

/** One item and nothing after it. Never throws; takes no more memory than a small multiple of what was given. */
export const readTtlv = (bytes: Uint8Array): Parsed<Item> => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const item = readItem({ bytes, view, count: { items: 0 } }, 0, bytes.length, '', 0);
  if (E.isLeft(item)) return item;
  const { value, offset } = item.right;
  return offset === bytes.length ? E.right(value) : fault('', offset, `has ${bytes.length - offset} bytes too many`);
};
