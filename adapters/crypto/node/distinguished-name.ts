import { toHex } from '../../../domain/encoding/bytes.js';
import { DerError, type Element, elementsOf, expectTag, oidOf, sequence, TAGS } from './der.js';

/** Short names of RFC 4514, 3, and what else is common in names of TPM makers' CAs. */
const SHORT_NAMES: Readonly<Record<string, string>> = {
  '2.5.4.3': 'CN',
  '2.5.4.5': 'serialNumber',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '0.9.2342.19200300.100.1.25': 'DC',
};

const LATIN_TAGS: ReadonlySet<number> = new Set([0x12, 0x13, 0x14, 0x16, 0x1a]);
const UTF8_TAG = 0x0c;
const BMP_TAG = 0x1e;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const utf16 = new TextDecoder('utf-16be', { fatal: true, ignoreBOM: true });

/** Undefined for what is not a string, or not well-formed. */
const stringOf = ({ tag, content }: Element): string | undefined => {
  if (LATIN_TAGS.has(tag)) return Buffer.from(content).toString('latin1');
  try {
    return tag === UTF8_TAG ? utf8.decode(content) : tag === BMP_TAG ? utf16.decode(content) : undefined;
  } catch {
    return undefined;
  }
};

/** For what is no text: `#` and hexadecimal (RFC 4514, 2.4). */
const hexOf = ({ whole }: Element): string => `#${toHex(whole)}`;

export const textOf = (value: Element): string => stringOf(value) ?? hexOf(value);

/** RFC 4514, 2.4: nothing in a value can look like the name around it, and no control character leaves here. */
const escaped = (text: string): string =>
  text
    .replace(/[\\",+<>;=]|^[ #]| $/g, (character) => `\\${character}`)
    .replace(/[\u0000-\u001f\u007f-\u009f]/g, (character) => `\\${toHex(Buffer.from(character))}`);

export interface Attribute {
  readonly oid: string;
  readonly value: Element;
}

const attributeOf = (element: Element): Attribute => {
  const [type, value, more] = elementsOf(expectTag(element, TAGS.sequence, 'name attribute').content);
  if (value === undefined || more !== undefined) throw new DerError('name attribute must be a type and a value');
  return { oid: oidOf(type), value };
};

/** The relative names of a Name, first to last, each with its attributes. */
export const attributesOf = (name: Uint8Array): ReadonlyArray<ReadonlyArray<Attribute>> =>
  sequence(name, 'name').map((relative) =>
    elementsOf(expectTag(relative, TAGS.set, 'relative name').content).map(attributeOf),
  );

const attributeText = ({ oid, value }: Attribute): string => {
  const text = stringOf(value);
  return `${SHORT_NAMES[oid] ?? oid}=${text === undefined ? hexOf(value) : escaped(text)}`;
};

/**
 * RFC 4514 text, last relative name first. Attributes of one relative name are sorted, so that their order in the set,
 * which some makers have wrong, makes no difference between an issuer's and a subject's name.
 */
export const nameText = (name: Uint8Array): string =>
  attributesOf(name)
    .map((relative) => relative.map(attributeText).sort().join('+'))
    .reverse()
    .join(',');
