import * as E from 'fp-ts/lib/Either.js';
import type { KeyServerFault } from '../../../domain/key-provider/key-servers.js';
import { type Answered, type Unanswered, unsent } from './exchange.js';
import type { KmipServer } from './kmip-server.js';
import { ALGORITHMS, nameIn, OBJECT_TYPES, STATES, USAGE } from './messages/enumerations.js';
import { getKeyAttributes, type KeyAttributes } from './operations/get-key-attributes.js';

const NOT_FOUND: ReadonlySet<string> = new Set(['ItemNotFound', 'ObjectNotFound', 'ObjectDestroyed']);

/** What a server did not say is not held against the key: it refuses what can't be done. */
const isOther = (said: number | undefined, wanted: number): boolean => said !== undefined && said !== wanted;

/** Which rule for primary keys these attributes, which never change, break. */
const brokenForEver = ({ objectType, algorithm, bits, usage }: KeyAttributes): string | undefined => {
  if (isOther(objectType, OBJECT_TYPES.SymmetricKey)) return 'must be a symmetric key';
  if (algorithm !== ALGORITHMS.AES) return 'must be an AES key';
  if (isOther(bits, 256)) return 'must have 256 bits';
  const needed = USAGE.Encrypt | USAGE.Decrypt;
  return isOther(usage === undefined ? undefined : usage & needed, needed)
    ? 'must be for encrypting and decrypting'
    : undefined;
};

const brokenNow = ({ state }: KeyAttributes): string | undefined =>
  state === undefined || state === STATES.Active ? undefined : `must be Active, is ${nameIn(STATES, state)}`;

export const unknownKey = (primaryKeyId: string): KeyServerFault => ({ _tag: 'PrimaryKeyUnknown', primaryKeyId });

export const unusableKey = (primaryKeyId: string, rule: string): KeyServerFault => ({
  _tag: 'PrimaryKeyUnusable',
  primaryKeyId,
  rule,
});

export const attributesOf = async (server: KmipServer, primaryKeyId: string): Promise<Answered<KeyAttributes>> =>
  E.mapLeft((unanswered: Unanswered) =>
    unanswered.fault._tag === 'KeyServerRefused' && NOT_FOUND.has(unanswered.fault.reason)
      ? { ...unanswered, fault: unknownKey(primaryKeyId) }
      : unanswered,
  )(await server.ask(getKeyAttributes(primaryKeyId)));

/** That the key is there, is an AES-256 key, and is active. */
export const checkPrimaryKey = async (server: KmipServer, primaryKeyId: string): Promise<Answered<void>> => {
  const found = await attributesOf(server, primaryKeyId);
  if (E.isLeft(found)) return found;
  const rule = brokenForEver(found.right) ?? brokenNow(found.right);
  return rule === undefined ? E.right(undefined) : unsent(unusableKey(primaryKeyId, rule));
};
