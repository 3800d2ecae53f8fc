import { TAGS, type TagName } from './tags.js';

/** A value with its type (KMIP 2.1, 10.1, Item Type). Bytes are a view of what was read; they may be secret, and are the reader's to erase. */
export type Value =
  | { readonly type: 'structure'; readonly items: ReadonlyArray<Item> }
  | { readonly type: 'integer'; readonly value: number }
  | { readonly type: 'longInteger'; readonly value: bigint }
  | { readonly type: 'bigInteger'; readonly bytes: Uint8Array }
  | { readonly type: 'enumeration'; readonly value: number }
  | { readonly type: 'boolean'; readonly value: boolean }
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'bytes'; readonly bytes: Uint8Array }
  /** Seconds since 1970-01-01T00:00:00Z. */
  | { readonly type: 'dateTime'; readonly value: bigint }
  /** Seconds. */
  | { readonly type: 'interval'; readonly value: number }
  /** Microseconds since 1970-01-01T00:00:00Z; since KMIP 2.0. */
  | { readonly type: 'dateTimeExtended'; readonly value: bigint };

export type Item = Value & { readonly tag: number };

export type ItemType = Value['type'];

/** KMIP 2.1, 10.1, Item Type. */
export const TYPE_CODES: Readonly<Record<ItemType, number>> = {
  structure: 0x01,
  integer: 0x02,
  longInteger: 0x03,
  bigInteger: 0x04,
  enumeration: 0x05,
  boolean: 0x06,
  text: 0x07,
  bytes: 0x08,
  dateTime: 0x09,
  interval: 0x0a,
  dateTimeExtended: 0x0b,
};

export const structure = (tag: TagName, items: ReadonlyArray<Item>): Item => ({
  tag: TAGS[tag],
  type: 'structure',
  items,
});
export const integer = (tag: TagName, value: number): Item => ({ tag: TAGS[tag], type: 'integer', value });
export const enumeration = (tag: TagName, value: number): Item => ({ tag: TAGS[tag], type: 'enumeration', value });
export const text = (tag: TagName, value: string): Item => ({ tag: TAGS[tag], type: 'text', text: value });
export const byteString = (tag: TagName, bytes: Uint8Array): Item => ({ tag: TAGS[tag], type: 'bytes', bytes });
export const dateTime = (tag: TagName, seconds: bigint): Item => ({ tag: TAGS[tag], type: 'dateTime', value: seconds });
