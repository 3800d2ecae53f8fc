import * as E from 'fp-ts/lib/Either.js';
import type { Random } from '../../../domain/ports.js';
import { type Answered, type Unanswered, unsent } from './exchange.js';
import type { KmipServer } from './kmip-server.js';
import { checkPrimaryKey } from './primary-key.js';
import type { Scheme } from './wrapping/ciphertext.js';
import { type UsablePrimaryKey, withPrimaryKey } from './wrapping/with-primary-key.js';
import { unwrap, wrap } from './wrapping/wrap.js';

/** Wrapping and unwrapping on one server. */
export interface KeyOperations {
  readonly wrap: (server: KmipServer, primaryKeyId: string, plaintext: Uint8Array) => Promise<Answered<Uint8Array>>;
  readonly unwrap: (server: KmipServer, primaryKeyId: string, ciphertext: Uint8Array) => Promise<Answered<Uint8Array>>;
}

const MOST_REMEMBERED = 1024;

const isRefusal = ({ fault }: Unanswered): boolean => fault._tag === 'KeyServerRefused';

export const createKeyOperations = (random: Random, mayLeave: boolean): KeyOperations => {
  /** The scheme that a server took last: servers don't say which modes they have. */
  const taken = new Map<string, Scheme>();
  /** Keys found to be AES-256, which they stay; whether one is active the server looks at each time. */
  const sound = new Set<string>();

  const checkOnce = async (server: KmipServer, id: string): Promise<Answered<void>> => {
    if (sound.has(id)) return E.right(undefined);
    const checked = await checkPrimaryKey(server, id);
    if (E.isRight(checked) && sound.size < MOST_REMEMBERED) sound.add(id);
    return checked;
  };

  /** Servers refuse in many words; what the key is now says it in one. */
  const explained = async <A>(server: KmipServer, id: string, result: Answered<A>): Promise<Answered<A>> => {
    if (E.isRight(result) || !isRefusal(result.left)) return result;
    const checked = await checkPrimaryKey(server, id);
    return E.isLeft(checked) ? checked : result;
  };

  const wrapByAny = async (
    server: KmipServer,
    id: string,
    key: UsablePrimaryKey,
    plaintext: Uint8Array,
  ): Promise<Answered<Uint8Array>> => {
    const { name } = server.address;
    const last = key.schemes.filter((scheme) => scheme === taken.get(name));
    let refused: Answered<Uint8Array> | undefined;
    for (const scheme of [...last, ...key.schemes.filter((one) => !last.includes(one))]) {
      const wrapped = await wrap(key.cipher, { server: name, scheme, primaryKeyId: id, plaintext }, random);
      if (E.isRight(wrapped)) taken.set(name, scheme);
      if (E.isRight(wrapped) || !isRefusal(wrapped.left)) return wrapped;
      refused ??= wrapped;
    }
    return (
      refused ?? unsent({ _tag: 'PrimaryKeyUnusable', primaryKeyId: id, rule: 'must have a mode to encrypt with' })
    );
  };

  /** Whether the server can decrypt at all: if so, it is the ciphertext that it refused. */
  const blamed = async <A>(server: KmipServer, id: string, result: Answered<A>): Promise<Answered<A>> => {
    if (E.isRight(result) || !isRefusal(result.left)) return result;
    const control = await withPrimaryKey(server, id, mayLeave, (key) => wrapByAny(server, id, key, random.bytes(32)));
    return E.isRight(control) ? unsent({ _tag: 'CiphertextInvalid', rule: 'must be as it was wrapped' }) : result;
  };

  return {
    wrap: async (server, id, plaintext) => {
      const checked = await checkOnce(server, id);
      if (E.isLeft(checked)) return checked;
      const wrapped = await withPrimaryKey(server, id, mayLeave, (key) => wrapByAny(server, id, key, plaintext));
      return explained(server, id, wrapped);
    },
    unwrap: async (server, id, ciphertext) => {
      const plaintext = await withPrimaryKey(server, id, mayLeave, ({ cipher }) => unwrap(cipher, id, ciphertext));
      return blamed(server, id, await explained(server, id, plaintext));
    },
  };
};
