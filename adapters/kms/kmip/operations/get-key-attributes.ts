import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { checkFields, optional, type Read } from '../ttlv/fields.js';
import { type Item, text } from '../ttlv/item.js';
import { readAttributes } from './attributes.js';
import type { Operation } from './operation.js';
import { checkIdentifier } from './unique-identifier.js';

/** What tells whether a key can serve as a primary key; undefined is what the server did not say. */
export interface KeyAttributes {
  readonly objectType: number | undefined;
  readonly algorithm: number | undefined;
  readonly bits: number | undefined;
  readonly usage: number | undefined;
  readonly state: number | undefined;
}

const readKeyAttributes = (items: ReadonlyArray<Item>): Read<KeyAttributes> =>
  pipe(
    E.Do,
    E.bind('objectType', () => optional(items, 'ObjectType', 'enumeration')),
    E.bind('algorithm', () => optional(items, 'CryptographicAlgorithm', 'enumeration')),
    E.bind('bits', () => optional(items, 'CryptographicLength', 'integer')),
    E.bind('usage', () => optional(items, 'CryptographicUsageMask', 'integer')),
    E.bind('state', () => optional(items, 'State', 'enumeration')),
    E.map(({ objectType, algorithm, bits, usage, state }) => ({
      objectType: objectType?.value,
      algorithm: algorithm?.value,
      bits: bits?.value,
      usage: usage?.value,
      state: state?.value,
    })),
  );

/** KMIP 2.1, 6.1, Get Attributes. Asks for all of them, as every version of the protocol does it in the same words. */
export const getKeyAttributes = (id: string): Operation<KeyAttributes> => ({
  name: 'GetAttributes',
  isRepeatable: true,
  payload: () => [text('UniqueIdentifier', id)],
  read: (payload) =>
    pipe(
      checkFields(payload, 'UniqueIdentifier', 'Attribute', 'Attributes'),
      E.flatMap(() => checkIdentifier(payload, id)),
      E.flatMap(() => readAttributes(payload)),
      E.flatMap(readKeyAttributes),
    ),
});
