import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { ALGORITHMS, KEY_FORMATS, OBJECT_TYPES } from '../messages/enumerations.js';
import { checkFields, optional, type Read, required } from '../ttlv/fields.js';
import { enumeration, type Item, text } from '../ttlv/item.js';
import type { Operation } from './operation.js';
import { checkIdentifier } from './unique-identifier.js';

const KEY_BYTES = 32;

/** A Key Value may say the key's attributes again; nothing of it is used. */
const readMaterial = (items: ReadonlyArray<Item>): Read<Uint8Array> =>
  pipe(
    checkFields(items, 'KeyMaterial', 'Attribute', 'Attributes'),
    E.flatMap((fields) => required(fields, 'KeyMaterial', 'bytes')),
    E.flatMap(({ bytes }) =>
      bytes.length === KEY_BYTES ? E.right(bytes.slice()) : E.left(`KeyMaterial must be ${KEY_BYTES} bytes long`),
    ),
  );

/** KMIP 2.1, 3, Key Block: an AES key, raw, and not wrapped. */
const readKeyBlock = (items: ReadonlyArray<Item>): Read<Uint8Array> =>
  pipe(
    E.Do,
    E.bind('fields', () =>
      checkFields(items, 'KeyFormatType', 'KeyValue', 'CryptographicAlgorithm', 'CryptographicLength'),
    ),
    E.bind('format', ({ fields }) => required(fields, 'KeyFormatType', 'enumeration')),
    E.bind('algorithm', ({ fields }) => optional(fields, 'CryptographicAlgorithm', 'enumeration')),
    E.bind('value', ({ fields }) => required(fields, 'KeyValue', 'structure')),
    E.flatMap(({ format, algorithm, value }) => {
      if (format.value !== KEY_FORMATS.Raw) return E.left('KeyFormatType must be Raw');
      if (algorithm !== undefined && algorithm.value !== ALGORITHMS.AES)
        return E.left('CryptographicAlgorithm must be AES');
      return readMaterial(value.items);
    }),
  );

/** KMIP 2.1, 6.1, Get. The bytes are a copy, and the caller's to erase. */
export const getKey = (id: string): Operation<Uint8Array> => ({
  name: 'Get',
  isRepeatable: true,
  payload: () => [text('UniqueIdentifier', id), enumeration('KeyFormatType', KEY_FORMATS.Raw)],
  read: (payload) =>
    pipe(
      E.Do,
      E.bind('fields', () => checkFields(payload, 'ObjectType', 'UniqueIdentifier', 'SymmetricKey')),
      E.bind('id', () => checkIdentifier(payload, id)),
      E.bind('type', ({ fields }) => required(fields, 'ObjectType', 'enumeration')),
      E.bind('key', ({ fields }) => required(fields, 'SymmetricKey', 'structure')),
      E.bind('block', ({ key }) => required(key.items, 'KeyBlock', 'structure')),
      E.flatMap(({ type, block }) =>
        type.value === OBJECT_TYPES.SymmetricKey
          ? readKeyBlock(block.items)
          : E.left('ObjectType must be Symmetric Key'),
      ),
    ),
});
