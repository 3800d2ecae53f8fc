import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { type OperationName, REVOCATION_REASONS } from '../messages/enumerations.js';
import { checkFields } from '../ttlv/fields.js';
import { dateTime, enumeration, type Item, structure, text } from '../ttlv/item.js';
import type { Operation } from './operation.js';
import { checkIdentifier } from './unique-identifier.js';

const changeOf = (name: OperationName, id: string, more: ReadonlyArray<Item>): Operation<void> => ({
  name,
  isRepeatable: false,
  payload: () => [text('UniqueIdentifier', id), ...more],
  read: (payload) =>
    pipe(
      checkFields(payload, 'UniqueIdentifier'),
      E.flatMap((fields) => checkIdentifier(fields, id)),
    ),
});

/** KMIP 2.1, 6.1, Activate: from Pre-Active to Active. */
export const activate = (id: string): Operation<void> => changeOf('Activate', id, []);

/** KMIP 2.1, 6.1, Destroy: the key's material is gone from the server. An active key must be revoked first. */
export const destroy = (id: string): Operation<void> => changeOf('Destroy', id, []);

/**
 * KMIP 2.1, 6.1, Revoke: to Compromised, with the time since when (in seconds; a server may ask for it), or else to
 * Deactivated.
 */
export const revoke = (id: string, compromisedAt: bigint | undefined): Operation<void> => {
  const { KeyCompromise, CessationOfOperation } = REVOCATION_REASONS;
  const code = compromisedAt === undefined ? CessationOfOperation : KeyCompromise;
  return changeOf('Revoke', id, [
    structure('RevocationReason', [enumeration('RevocationReasonCode', code)]),
    ...(compromisedAt === undefined ? [] : [dateTime('CompromiseOccurrenceDate', compromisedAt)]),
  ]);
};
