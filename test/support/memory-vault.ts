import * as E from 'fp-ts/lib/Either.js';
import type { SecretVault } from '../../domain/key-provider/ports.js';

/** Keeps secrets as long as the test runs. */
export const memoryVault = (): SecretVault => {
  const secrets = new Map<string, Uint8Array>();
  return {
    put: (name, secret) => () => {
      secrets.set(name, secret.slice());
      return Promise.resolve(E.right(undefined));
    },
    get: (name) => () => {
      const secret = secrets.get(name);
      return Promise.resolve(secret === undefined ? E.left({ _tag: 'SecretMissing', name }) : E.right(secret.slice()));
    },
    has: (name) => () => Promise.resolve(E.right(secrets.has(name))),
    remove: (name) => () => {
      secrets.delete(name);
      return Promise.resolve(E.right(undefined));
    },
  };
};
