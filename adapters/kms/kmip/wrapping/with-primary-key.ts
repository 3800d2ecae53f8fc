import * as E from 'fp-ts/lib/Either.js';
import type { Agreement } from '../agreement.js';
import { type Answered, unsent } from '../exchange.js';
import type { KmipServer } from '../kmip-server.js';
import { hasAuthenticatedEncryption } from '../messages/version.js';
import { getKey } from '../operations/get-key.js';
import { checkPrimaryKey } from '../primary-key.js';
import type { Scheme } from './ciphertext.js';
import type { KeyCipher } from './key-cipher.js';
import { localCipher } from './local-cipher.js';
import { serverCipher } from './server-cipher.js';

export interface UsablePrimaryKey {
  readonly cipher: KeyCipher;
  /** How something may be wrapped with it, best first. */
  readonly schemes: ReadonlyArray<Scheme>;
}

const encrypts = ({ operations }: Agreement): boolean => operations.has('Encrypt') && operations.has('Decrypt');

const schemesOf = ({ version }: Agreement): ReadonlyArray<Scheme> =>
  hasAuthenticatedEncryption(version) ? ['gcm', 'seed-cbc', 'seed-ctr'] : ['seed-cbc', 'seed-ctr'];

/** A server that only hands keys out does not look at their state: that is on us, each time. */
const fetched = async <A>(
  server: KmipServer,
  primaryKeyId: string,
  use: (key: UsablePrimaryKey) => Promise<Answered<A>>,
): Promise<Answered<A>> => {
  const checked = await checkPrimaryKey(server, primaryKeyId);
  if (E.isLeft(checked)) return checked;
  const key = await server.ask(getKey(primaryKeyId));
  if (E.isLeft(key)) return key;
  const result = await use({ cipher: localCipher(key.right), schemes: ['gcm'] });
  key.right.fill(0);
  return result;
};

/** The primary key where it is best used: in the server, or, if the provider allows that, fetched for the time of `use`. */
export const withPrimaryKey = async <A>(
  server: KmipServer,
  primaryKeyId: string,
  mayLeave: boolean,
  use: (key: UsablePrimaryKey) => Promise<Answered<A>>,
): Promise<Answered<A>> => {
  const agreed = await server.agreement();
  if (E.isLeft(agreed)) return agreed;
  if (encrypts(agreed.right))
    return use({ cipher: serverCipher(server, primaryKeyId), schemes: schemesOf(agreed.right) });
  if (mayLeave) return fetched(server, primaryKeyId, use);
  const { name } = server.address;
  return unsent({ _tag: 'KeyServerRefused', server: name, operation: 'Encrypt', reason: 'OperationNotSupported' });
};
