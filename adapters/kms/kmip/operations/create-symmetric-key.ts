import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { ALGORITHMS, OBJECT_TYPES, USAGE } from '../messages/enumerations.js';
import { hasAttributesStructure, type Version } from '../messages/version.js';
import { checkFields } from '../ttlv/fields.js';
import { enumeration, type Item, structure } from '../ttlv/item.js';
import { algorithmAttribute, attributesFor, lengthAttribute, nameAttribute, usageAttribute } from './attributes.js';
import type { Operation } from './operation.js';
import { readIdentifier } from './unique-identifier.js';

const attributes = (version: Version, name: string): ReadonlyArray<Item> => {
  const described = attributesFor(version, [
    algorithmAttribute(ALGORITHMS.AES),
    lengthAttribute(256),
    usageAttribute(USAGE.Encrypt | USAGE.Decrypt),
    nameAttribute(name),
  ]);
  return hasAttributesStructure(version) ? described : [structure('TemplateAttribute', described)];
};

/** KMIP 2.1, 6.1, Create: an AES-256 key that may encrypt and decrypt, made inside the server; its id. */
export const createSymmetricKey = (name: string): Operation<string> => ({
  name: 'Create',
  isRepeatable: false,
  payload: (version) => [enumeration('ObjectType', OBJECT_TYPES.SymmetricKey), ...attributes(version, name)],
  read: (payload) =>
    pipe(
      checkFields(payload, 'ObjectType', 'UniqueIdentifier', 'TemplateAttribute', 'Attributes'),
      E.flatMap(readIdentifier),
    ),
});
