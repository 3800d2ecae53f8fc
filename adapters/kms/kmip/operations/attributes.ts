import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { NAME_TYPES } from '../messages/enumerations.js';
import { hasAttributesStructure, type Version } from '../messages/version.js';
import { all, checkFields, type Read, required } from '../ttlv/fields.js';
import { enumeration, type Item, integer, structure, text } from '../ttlv/item.js';
import { TAGS, type TagName } from '../ttlv/tags.js';

/** Attributes that we set or read, and their names before KMIP 2.0 (KMIP 1.4, 3). */
const NAMES = {
  ObjectType: 'Object Type',
  Name: 'Name',
  CryptographicAlgorithm: 'Cryptographic Algorithm',
  CryptographicLength: 'Cryptographic Length',
  CryptographicUsageMask: 'Cryptographic Usage Mask',
  State: 'State',
} as const satisfies Partial<Record<TagName, string>>;

type AttributeTag = keyof typeof NAMES;

const entries = Object.entries(NAMES) as ReadonlyArray<[AttributeTag, string]>;

export const nameAttribute = (value: string): Item =>
  structure('Name', [text('NameValue', value), enumeration('NameType', NAME_TYPES.UninterpretedTextString)]);

export const algorithmAttribute = (value: number): Item => enumeration('CryptographicAlgorithm', value);
export const lengthAttribute = (bits: number): Item => integer('CryptographicLength', bits);
export const usageAttribute = (mask: number): Item => integer('CryptographicUsageMask', mask);
export const objectTypeAttribute = (value: number): Item => enumeration('ObjectType', value);

/** KMIP 1.4, 2.1.1: an attribute is a name and a value, and the value's tag says nothing. */
const asPair = (attribute: Item): Item => {
  const name = entries.find(([tag]) => TAGS[tag] === attribute.tag)?.[1] ?? '';
  return structure('Attribute', [text('AttributeName', name), { ...attribute, tag: TAGS.AttributeValue }]);
};

/** Attributes as an operation takes them: fields of one structure since 2.0, `Attribute` pairs before. */
export const attributesFor = (version: Version, attributes: ReadonlyArray<Item>): ReadonlyArray<Item> =>
  hasAttributesStructure(version) ? [structure('Attributes', attributes)] : attributes.map(asPair);

/** Names that we don't know may be any vendor's, and values of any type: they are passed over. */
const fromPair = (items: ReadonlyArray<Item>): Read<ReadonlyArray<Item>> =>
  pipe(
    checkFields(items, 'AttributeName', 'AttributeIndex', 'AttributeValue'),
    E.flatMap(() => required(items, 'AttributeName', 'text')),
    E.map(({ text: name }) => {
      const tag = entries.find(([, known]) => known === name)?.[0];
      const value = items.find((item) => item.tag === TAGS.AttributeValue);
      return tag === undefined || value === undefined ? [] : [{ ...value, tag: TAGS[tag] }];
    }),
  );

/** All attributes in an answer, in the form of 2.0, whichever form the server wrote. */
export const readAttributes = (items: ReadonlyArray<Item>): Read<ReadonlyArray<Item>> =>
  pipe(
    E.Do,
    E.bind('pairs', () => all(items, 'Attribute', 'structure')),
    E.bind('structures', () => all(items, 'Attributes', 'structure')),
    E.flatMap(({ pairs, structures }) =>
      pipe(
        pairs,
        E.traverseArray((pair) => fromPair(pair.items)),
        E.map((read) => [...read.flat(), ...structures.flatMap((one) => one.items)]),
      ),
    ),
  );
