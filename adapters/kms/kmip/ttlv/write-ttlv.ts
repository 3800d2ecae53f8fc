import { utf8 } from '../../../../domain/encoding/bytes.js';
import { type Item, TYPE_CODES } from './item.js';

const HEADER = 8;

const padded = (length: number): number => Math.ceil(length / 8) * 8;

/** Length of the value as the header says it: without the padding (KMIP 2.1, 10.1, Item Length). */
const lengthOf = (item: Item): number => {
  switch (item.type) {
    case 'structure':
      return item.items.reduce((sum, inner) => sum + sizeOf(inner), 0);
    case 'bytes':
    case 'bigInteger':
      return item.bytes.length;
    case 'text':
      return utf8(item.text).length;
    case 'integer':
    case 'enumeration':
    case 'interval':
      return 4;
    case 'boolean':
    case 'longInteger':
    case 'dateTime':
    case 'dateTimeExtended':
      return 8;
  }
};

const sizeOf = (item: Item): number => HEADER + padded(lengthOf(item));

const writeItems = (into: DataView, whole: Uint8Array, items: ReadonlyArray<Item>, start: number): void => {
  let offset = start;
  for (const item of items) offset = writeItem(into, whole, item, offset);
};

const writeValue = (into: DataView, whole: Uint8Array, item: Item, offset: number): void => {
  switch (item.type) {
    case 'structure':
      writeItems(into, whole, item.items, offset);
      break;
    case 'bytes':
    case 'bigInteger':
      whole.set(item.bytes, offset);
      break;
    case 'text':
      whole.set(utf8(item.text), offset);
      break;
    case 'integer':
      into.setInt32(offset, item.value);
      break;
    case 'enumeration':
    case 'interval':
      into.setUint32(offset, item.value);
      break;
    case 'boolean':
      into.setBigUint64(offset, item.value ? 1n : 0n);
      break;
    case 'longInteger':
    case 'dateTime':
    case 'dateTimeExtended':
      into.setBigInt64(offset, item.value);
      break;
  }
};

const writeItem = (into: DataView, whole: Uint8Array, item: Item, offset: number): number => {
  const length = lengthOf(item);
  into.setUint32(offset, item.tag * 256 + TYPE_CODES[item.type]);
  into.setUint32(offset + 4, length);
  writeValue(into, whole, item, offset + HEADER);
  return offset + HEADER + padded(length);
};

/** TTLV (KMIP 2.1, 10.1) in one array and no other, so that who erases it erases all of it. */
export const writeTtlv = (item: Item): Uint8Array => {
  const whole = new Uint8Array(sizeOf(item));
  writeItem(new DataView(whole.buffer), whole, item, 0);
  return whole;
};
