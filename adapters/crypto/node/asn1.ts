import { AsnParser, type IAsnConvertible } from '@peculiar/asn1-schema';

/** One element as the library decoded it, with its bytes as they came. */
export type Element = Parameters<typeof AsnParser.fromASN>[0];

/** Stays within this folder. */
export class Asn1Error extends Error {}

/** EK certificates have some 150 elements, 12 deep. */
const LIMITS = { maxDepth: 32, maxNodes: 512, parseEmbedded: false };

const LONGEST_OID = 64;

const UNIVERSAL = 1;
/** Universal tags. */
export const TAGS = { boolean: 1, integer: 2, bitString: 3, oid: 6, sequence: 16, set: 17 } as const;
const CONSTRUCTED: ReadonlySet<number> = new Set([TAGS.sequence, TAGS.set]);
/** Nothing at all is no value of theirs. */
const NEVER_EMPTY: ReadonlySet<number> = new Set([TAGS.integer, TAGS.bitString, TAGS.oid]);

/** Takes the library's tree out of it: its classes alone forget the bytes that hashes and signatures are about. */
class Tree implements IAsnConvertible {
  root: Element | undefined;
  fromASN(asn: Element): this {
    this.root = asn;
    return this;
  }
  toASN(): Element {
    throw new Asn1Error('is only read');
  }
  toSchema(): Element {
    return this.toASN();
  }
}

/** None for a primitive element, although the library keeps the parts of some of those in the same place. */
export const childrenOf = ({ idBlock, valueBlock }: Element): ReadonlyArray<Element> =>
  idBlock.isConstructed && 'value' in valueBlock && Array.isArray(valueBlock.value)
    ? (valueBlock.value as ReadonlyArray<Element>)
    : [];

/** Tag, length and content. */
export const wholeOf = (element: Element): Uint8Array => element.valueBeforeDecodeView;

export const contentOf = (element: Element): Uint8Array => {
  const whole = wholeOf(element);
  return whole.subarray(whole.length - element.lenBlock.length);
};

/** The number of a tag that is not universal. */
export const contextOf = ({ idBlock }: Element): number | undefined =>
  idBlock.tagClass === UNIVERSAL ? undefined : idBlock.tagNumber;

/** The tag, where it is universal. */
export const tagOf = ({ idBlock }: Element): number | undefined =>
  idBlock.tagClass === UNIVERSAL ? idBlock.tagNumber : undefined;

/** Where a type has universal tags alone: the library takes any context-specific tag for a sequence's or a set's. */
export const checkUniversal = (element: Element, field: string): void => {
  if (contextOf(element) !== undefined) throw new Asn1Error(`${field} must have universal tags alone`);
  for (const child of childrenOf(element)) checkUniversal(child, field);
};

/**
 * The library reads BER. Of what DER (X.690, 10 and 11) forbids, only a set's order, a length's longer form and the
 * value of TRUE are let pass, because shipped TPMs have them wrong; the rest could be read in two ways.
 */
const checkElement = (element: Element): void => {
  const { idBlock, lenBlock } = element;
  if (lenBlock.isIndefiniteForm) throw new Asn1Error('has a length that is indefinite');
  // The library lets an element's last child reach beyond it.
  if (wholeOf(element).length !== idBlock.blockLength + lenBlock.blockLength + lenBlock.length)
    throw new Asn1Error('has an element that does not end with its last one');
  if (idBlock.blockLength !== 1) throw new Asn1Error('has a tag of several bytes');
  if (idBlock.tagClass !== UNIVERSAL) return;
  if (idBlock.isConstructed !== CONSTRUCTED.has(idBlock.tagNumber)) throw new Asn1Error('has a value in pieces');
  if (idBlock.tagNumber === TAGS.boolean && lenBlock.length !== 1)
    throw new Asn1Error('has a boolean that is not one byte long');
  if (idBlock.tagNumber === TAGS.oid && lenBlock.length > LONGEST_OID)
    throw new Asn1Error('has an object identifier that is too long');
  if (NEVER_EMPTY.has(idBlock.tagNumber) && lenBlock.length === 0) throw new Asn1Error('has an empty value');
};

const checkTree = (element: Element): void => {
  checkElement(element);
  childrenOf(element).forEach(checkTree);
};

const rootOf = (bytes: Uint8Array, field: string): Element => {
  try {
    const { root } = AsnParser.parse(bytes, Tree, { berOptions: LIMITS });
    if (root !== undefined) return root;
  } catch {
    // The library's reasons quote its own internals.
  }
  throw new Asn1Error(`${field} must be whole DER, of at most ${String(LIMITS.maxNodes)} elements`);
};

/** The one element that is all of `bytes`. Throws Asn1Error. */
export const decode = (bytes: Uint8Array, field: string): Element => {
  const root = rootOf(bytes, field);
  checkTree(root);
  if (wholeOf(root).length !== bytes.length) throw new Asn1Error(`${field} is followed by more bytes`);
  return root;
};

/** `element` as one of the library's ready-made classes. Throws Asn1Error. */
export const read = <T>(element: Element | undefined, type: new () => T, field: string): T => {
  try {
    if (element !== undefined && contextOf(element) === undefined)
      return AsnParser.fromASN(element, type, { berOptions: LIMITS });
  } catch {
    // As above.
  }
  throw new Asn1Error(`${field} must be a ${type.name}`);
};

/** A small INTEGER that must not be negative; the library has text for a large one. */
export const countOf = (value: unknown, field: string): number => {
  const count = Number(value);
  if (!Number.isSafeInteger(count) || count < 0) throw new Asn1Error(`${field} must be a small number`);
  return count;
};
