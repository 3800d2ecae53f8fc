import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { fromBase64, fromUtf8, toBase64, utf8 } from '../../../domain/encoding/bytes.js';
import { closed } from '../../../domain/encoding/closed.js';
import { decode } from '../../../domain/encoding/explain.js';
import { parseJson } from '../../../domain/encoding/json.js';
import { Base64UpTo, ListUpTo, Text } from '../../../domain/encoding/primitives.js';
import type { Health, KeyServerFault, KeyServers, ObservedServer } from '../../../domain/key-provider/key-servers.js';
import type { SecretVault, VaultFault } from '../../../domain/key-provider/ports.js';
import { primaryKeysName } from '../../../domain/key-provider/secret-names.js';
import { newKey, newPrimaryKeyId, newSecret, unwrap, wrap } from './primary-keys.js';

const Status = t.keyof({ active: null, revoked: null, compromised: null, destroyed: null });

/** `key` is null once it was destroyed. */
const PrimaryKey = closed(
  { id: Text(36), name: Text(128), status: Status, key: t.union([t.null, Base64UpTo(32)]) },
  'PrimaryKey',
);
type PrimaryKey = t.TypeOf<typeof PrimaryKey>;

const PrimaryKeys = closed({ v: t.literal(1), keys: ListUpTo(PrimaryKey, 256) }, 'PrimaryKeys');

/** The only "server" there is. */
const SERVER = 'software';
const SIZES: ReadonlyArray<number> = [16, 24, 32, 64];

const unreachable = (detail: string): KeyServerFault => ({ _tag: 'KeyServerUnreachable', server: SERVER, detail });

const asFault = (fault: VaultFault): KeyServerFault =>
  unreachable(fault._tag === 'VaultUnavailable' ? `the vault ${fault.rule}` : 'the vault holds no primary keys');

const parse = (bytes: Uint8Array): E.Either<KeyServerFault, ReadonlyArray<PrimaryKey>> =>
  pipe(
    parseJson(fromUtf8(bytes) ?? ''),
    E.flatMap(decode(PrimaryKeys)),
    E.bimap(
      () => unreachable('the primary keys can not be read'),
      ({ keys }) => keys,
    ),
  );

const load = (vault: SecretVault, provider: string): TE.TaskEither<KeyServerFault, ReadonlyArray<PrimaryKey>> =>
  pipe(
    vault.has(primaryKeysName(provider)),
    TE.flatMap((has) => (has ? vault.get(primaryKeysName(provider)) : TE.right(undefined))),
    TE.mapLeft(asFault),
    TE.flatMapEither((bytes) => {
      const keys = bytes === undefined ? E.right([]) : parse(bytes);
      bytes?.fill(0);
      return keys;
    }),
  );

const store = (
  vault: SecretVault,
  provider: string,
  keys: ReadonlyArray<PrimaryKey>,
): TE.TaskEither<KeyServerFault, void> => {
  const bytes = utf8(JSON.stringify({ v: 1, keys }));
  return pipe(
    vault.put(primaryKeysName(provider), bytes),
    TE.mapLeft(asFault),
    TE.map(() => {
      bytes.fill(0);
    }),
  );
};

const usable = (keys: ReadonlyArray<PrimaryKey>, primaryKeyId: string): E.Either<KeyServerFault, Uint8Array> => {
  const found = keys.find(({ id }) => id === primaryKeyId);
  if (found === undefined) return E.left({ _tag: 'PrimaryKeyUnknown', primaryKeyId });
  return found.status !== 'active' || found.key === null
    ? E.left({ _tag: 'PrimaryKeyUnusable', primaryKeyId, rule: `is ${found.status}` })
    : E.right(fromBase64(found.key));
};

/** Primary keys in memory as long as the provider is open; every change of them goes to the vault first. */
interface Held {
  keys: ReadonlyArray<PrimaryKey> | undefined;
  turn: Promise<unknown>;
}

const keysOf = (
  held: Held,
  vault: SecretVault,
  provider: string,
): TE.TaskEither<KeyServerFault, ReadonlyArray<PrimaryKey>> =>
  held.keys !== undefined
    ? TE.right(held.keys)
    : pipe(
        load(vault, provider),
        TE.map((keys) => (held.keys = keys)),
      );

const inTurn =
  <A>(held: Held, work: TE.TaskEither<KeyServerFault, A>): TE.TaskEither<KeyServerFault, A> =>
  () => {
    const done = held.turn.then(work);
    held.turn = done;
    return done;
  };

/** Nobody else is there to be trusted or not. */
const observed = (health: Health, faults: ReadonlyArray<KeyServerFault>): ReadonlyArray<ObservedServer> => [
  { server: SERVER, health, clientTrustsServer: true, serverTrustsClient: true, faults },
];

type Change<A> = (keys: ReadonlyArray<PrimaryKey>) => E.Either<KeyServerFault, readonly [ReadonlyArray<PrimaryKey>, A]>;

const setStatus =
  (primaryKeyId: string, status: PrimaryKey['status']): Change<void> =>
  (keys) => {
    const found = keys.find(({ id }) => id === primaryKeyId);
    if (found === undefined) return E.left({ _tag: 'PrimaryKeyUnknown', primaryKeyId });
    if (status === 'destroyed' && found.status === 'active')
      return E.left({ _tag: 'PrimaryKeyUnusable', primaryKeyId, rule: 'is active: revoke it first' });
    const key = status === 'destroyed' ? null : found.key;
    return E.right([keys.map((each) => (each === found ? { ...each, status, key } : each)), undefined]);
  };

/**
 * The embedded default: primary keys in the authority's vault, wrapping in this process. Whoever has the running process, or
 * the vault and its passphrase, has the keys; a key server apart keeps them from that.
 */
export const openSoftwareKeyServers = (vault: SecretVault, provider: string): KeyServers => {
  const held: Held = { keys: undefined, turn: Promise.resolve() };
  const keys = keysOf(held, vault, provider);
  const withKey = <A>(
    primaryKeyId: string,
    work: (key: Uint8Array) => E.Either<KeyServerFault, A>,
  ): TE.TaskEither<KeyServerFault, A> =>
    pipe(
      keys,
      TE.flatMapEither((all) => usable(all, primaryKeyId)),
      TE.flatMapEither((key) => {
        const done = work(key);
        key.fill(0);
        return done;
      }),
    );
  const change = <A>(decide: Change<A>): TE.TaskEither<KeyServerFault, A> =>
    inTurn(
      held,
      pipe(
        load(vault, provider),
        TE.flatMapEither(decide),
        TE.flatMap(([next, answer]) =>
          pipe(
            store(vault, provider, next),
            TE.map(() => {
              held.keys = next;
              return answer;
            }),
          ),
        ),
      ),
    );
  return {
    generateKey: (primaryKeyId, bytes) => {
      if (!SIZES.includes(bytes))
        return TE.left({ _tag: 'KeyServerRefused', server: SERVER, operation: 'generate-key', reason: 'InvalidSize' });
      const plaintext = newSecret(bytes);
      return pipe(
        withKey(primaryKeyId, (key) => wrap(provider, primaryKeyId, key, plaintext)),
        TE.map((ciphertext) => ({ plaintext, ciphertext })),
      );
    },
    encrypt: (primaryKeyId, plaintext) => withKey(primaryKeyId, (key) => wrap(provider, primaryKeyId, key, plaintext)),
    decrypt: (primaryKeyId, ciphertext) =>
      withKey(primaryKeyId, (key) => unwrap(provider, primaryKeyId, key, ciphertext)),
    createPrimaryKey: (name) =>
      change((all) => {
        const [id, key] = [newPrimaryKeyId(), newKey()];
        const added: PrimaryKey = { id, name, status: 'active', key: toBase64(key) };
        key.fill(0);
        return all.length >= 256
          ? E.left({ _tag: 'KeyServerRefused', server: SERVER, operation: 'create', reason: 'TooManyKeys' })
          : E.right([[...all, added], id]);
      }),
    revokePrimaryKey: (id, compromised) => change(setStatus(id, compromised ? 'compromised' : 'revoked')),
    destroyPrimaryKey: (id) => change(setStatus(id, 'destroyed')),
    observe: () =>
      pipe(
        keys,
        TE.match(
          (fault) => observed('ERROR', [fault]),
          () => observed('OK', []),
        ),
        TE.fromTask,
      ),
    shownCertificates: () => TE.right([]),
    close: () => {
      held.keys = undefined;
      return Promise.resolve();
    },
  };
};
