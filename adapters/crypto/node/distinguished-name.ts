import { AsnConvert } from '@peculiar/asn1-schema';
import type { AttributeTypeAndValue, AttributeValue, Name } from '@peculiar/asn1-x509';
import { fromUtf8, toHex, utf8 } from '../../../domain/encoding/bytes.js';

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

/** Undefined for what is not a string, or not well-formed: a half of a surrogate pair is no text. */
const stringOf = (value: AttributeValue): string | undefined => {
  const { utf8String, printableString, ia5String, teletexString, bmpString } = value;
  const text = utf8String ?? printableString ?? ia5String ?? teletexString ?? bmpString;
  return text === undefined || fromUtf8(utf8(text)) !== text ? undefined : text;
};

/** For what is no text: `#` and hexadecimal (RFC 4514, 2.4). */
const hexOf = (value: AttributeValue): string => `#${toHex(new Uint8Array(AsnConvert.serialize(value)))}`;

export const textOf = (value: AttributeValue): string => stringOf(value) ?? hexOf(value);

/** RFC 4514, 2.4: nothing in a value can look like the name around it, and no control character leaves here. */
const escaped = (text: string): string =>
  text
    .replace(/[\\",+<>;=]|^[ #]| $/g, (character) => `\\${character}`)
    .replace(/[\u0000-\u001f\u007f-\u009f]/g, (character) => `\\${toHex(utf8(character))}`);

const attributeText = ({ type, value }: AttributeTypeAndValue): string => {
  const text = stringOf(value);
  return `${SHORT_NAMES[type] ?? type}=${text === undefined ? hexOf(value) : escaped(text)}`;
};

/**
 * RFC 4514 text, last relative name first. Attributes of one relative name are sorted, so that their order in the set,
 * which some makers have wrong, makes no difference between an issuer's and a subject's name.
 */
export const nameText = (name: Name): string =>
  Array.from(name, (relative) => Array.from(relative, attributeText).sort().join('+'))
    .reverse()
    .join(',');
