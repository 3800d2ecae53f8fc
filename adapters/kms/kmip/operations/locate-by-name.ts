import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { OBJECT_TYPES } from '../messages/enumerations.js';
import { all, checkFields } from '../ttlv/fields.js';
import { integer } from '../ttlv/item.js';
import { attributesFor, nameAttribute, objectTypeAttribute } from './attributes.js';
import type { Operation } from './operation.js';

/** KMIP 2.1, 6.1, Locate: whether there is a symmetric key of that name. */
export const locateByName = (name: string): Operation<boolean> => ({
  name: 'Locate',
  isRepeatable: true,
  payload: (version) => [
    integer('MaximumItems', 1),
    ...attributesFor(version, [nameAttribute(name), objectTypeAttribute(OBJECT_TYPES.SymmetricKey)]),
  ],
  read: (payload) =>
    pipe(
      checkFields(payload, 'LocatedItems', 'UniqueIdentifier'),
      E.flatMap((fields) => all(fields, 'UniqueIdentifier', 'text')),
      E.map((found) => found.length > 0),
    ),
});
