import { byteString, enumeration, type Item, integer, structure, text } from '../ttlv/item.js';
import { CREDENTIAL_TYPES, OPERATIONS, type OperationName } from './enumerations.js';
import { protocolVersion, type Version } from './version.js';

/** What a server may send us, in bytes: more than any answer that we ask for. */
export const MOST_MESSAGE_BYTES = 262_144;

/** KMIP 2.1, 9, Credential: a user's name and password, sent with each request inside the TLS connection. */
export interface Credential {
  readonly username: string;
  readonly password: string;
}

export interface Request {
  readonly version: Version;
  readonly credential: Credential | undefined;
  readonly operation: OperationName;
  /** Comes back in the answer to this request, and in no other. */
  readonly batchItemId: Uint8Array;
  readonly payload: ReadonlyArray<Item>;
}

const authentication = ({ username, password }: Credential): Item =>
  structure('Authentication', [
    structure('Credential', [
      enumeration('CredentialType', CREDENTIAL_TYPES.UsernameAndPassword),
      structure('CredentialValue', [text('Username', username), text('Password', password)]),
    ]),
  ]);

/** One batch item in one message (KMIP 2.1, 8, Request Message). */
export const requestMessage = ({ version, credential, operation, batchItemId, payload }: Request): Item =>
  structure('RequestMessage', [
    structure('RequestHeader', [
      protocolVersion(version),
      integer('MaximumResponseSize', MOST_MESSAGE_BYTES),
      ...(credential === undefined ? [] : [authentication(credential)]),
      integer('BatchCount', 1),
    ]),
    structure('BatchItem', [
      enumeration('Operation', OPERATIONS[operation]),
      byteString('UniqueBatchItemId', batchItemId),
      structure('RequestPayload', payload),
    ]),
  ]);
