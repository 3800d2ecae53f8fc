/**
 * A reader of DER (X.690) for certificates. Lengths are definite; a set's order and a length's shortest form are not
 * insisted on, because shipped TPMs have both wrong. What is hashed and verified is always the bytes as they came.
 * Throws DerError, which stays within this folder.
 */
export interface Element {
  readonly tag: number;
  /** Tag, length and content. */
  readonly whole: Uint8Array;
  readonly content: Uint8Array;
}

export class DerError extends Error {}

export const TAGS = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

const LONG_FORM = 0x80;
const MULTI_BYTE_TAG = 0x1f;
const MOST_ELEMENTS = 256;
const HIGHEST_ARC = 0xffff_ffff;

const lengthAt = (input: Uint8Array, offset: number): { readonly length: number; readonly next: number } => {
  const first = input[offset];
  if (first === undefined) throw new DerError('ends within an element');
  if (first < LONG_FORM) return { length: first, next: offset + 1 };
  const octets = first & 0x7f;
  if (octets === 0 || octets > 3) throw new DerError('has a length that is indefinite or too large');
  let length = 0;
  for (let i = 1; i <= octets; i++) length = length * 256 + (input[offset + i] ?? 0);
  return { length, next: offset + 1 + octets };
};

const elementAt = (input: Uint8Array, offset: number): Element => {
  const tag = input[offset] ?? 0;
  if ((tag & MULTI_BYTE_TAG) === MULTI_BYTE_TAG) throw new DerError('has a tag of several bytes');
  const { length, next } = lengthAt(input, offset + 1);
  if (length > input.length - next) throw new DerError('ends within an element');
  return { tag, whole: input.subarray(offset, next + length), content: input.subarray(next, next + length) };
};

/** All elements of a constructed element's content. */
export const elementsOf = (content: Uint8Array): ReadonlyArray<Element> => {
  const elements: Array<Element> = [];
  for (let offset = 0; offset < content.length; ) {
    const element = elementAt(content, offset);
    if (elements.push(element) > MOST_ELEMENTS) throw new DerError('has too many elements');
    offset += element.whole.length;
  }
  return elements;
};

export const expectTag = (element: Element | undefined, tag: number, field: string): Element => {
  if (element?.tag !== tag) throw new DerError(`${field} must be an element with tag ${tag.toString(16)}`);
  return element;
};

/** The one element that is all of `input`. */
export const only = (input: Uint8Array, tag: number, field: string): Element => {
  const [element, more] = elementsOf(input);
  if (more !== undefined) throw new DerError(`${field} is followed by more bytes`);
  return expectTag(element, tag, field);
};

export const sequence = (input: Uint8Array, field: string): ReadonlyArray<Element> =>
  elementsOf(only(input, TAGS.sequence, field).content);

/** Dotted text. Arcs beyond 32 bits stand in no profile of ours. */
export const oidOf = (element: Element | undefined): string => {
  const { content } = expectTag(element, TAGS.oid, 'object identifier');
  const arcs: Array<number> = [];
  let arc = 0;
  for (const byte of content) {
    arc = arc * 128 + (byte & 0x7f);
    if (arc > HIGHEST_ARC) throw new DerError('has an object identifier that is too large');
    if (byte >= 0x80) continue;
    arcs.push(arc);
    arc = 0;
  }
  if (content.length === 0 || ((content.at(-1) ?? 0) & 0x80) !== 0)
    throw new DerError('has a broken object identifier');
  const [head = 0, ...rest] = arcs;
  const root = Math.min(2, Math.floor(head / 40));
  return [root, head - 40 * root, ...rest].join('.');
};

/** BOOLEAN; any value but zero is true, as BER has it. */
export const booleanOf = (element: Element): boolean => {
  const { content } = expectTag(element, TAGS.boolean, 'boolean');
  if (content.length !== 1) throw new DerError('has a boolean that is not one byte long');
  return content[0] !== 0;
};

/** A small INTEGER that must not be negative. */
export const countOf = (element: Element | undefined, field: string): number => {
  const { content } = expectTag(element, TAGS.integer, field);
  const tooLarge = content.length === 0 || content.length > 6 || ((content[0] ?? 0) & 0x80) !== 0;
  if (tooLarge) throw new DerError(`${field} must be a small number`);
  return content.reduce((value, byte) => value * 256 + byte, 0);
};

/** A BIT STRING that ends at a byte's end. */
export const bitsOf = (element: Element | undefined, field: string): Uint8Array => {
  const { content } = expectTag(element, TAGS.bitString, field);
  if (content[0] !== 0) throw new DerError(`${field} must be whole bytes`);
  return content.subarray(1);
};
