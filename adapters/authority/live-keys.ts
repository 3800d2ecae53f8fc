import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { fromBase64 } from '../../domain/encoding/bytes.js';
import type { SharedKey } from '../../domain/hand-over/messages.js';
import { AUTHORITY_STREAM, foundingKid, type Keyring, keysInUse } from '../../domain/ledger/keyring.js';
import { loadKeyring, MOST_AUTHORITY_EVENTS } from '../../domain/ledger/load-keyring.js';
import type { EventSigner, EventStore } from '../../domain/ports.js';
import { originOf } from '../../domain/transparency/origin.js';
import type { NoteSigner } from '../../domain/transparency/sign-note.js';
import type { VerifierKey } from '../../domain/transparency/verifier-key.js';
import { entryEngines } from '../crypto/engines.js';
import type { ListedKey, PublicKeys } from '../key-store/key-file.js';
import type { KeyStore } from '../key-store/key-store.js';
import type { TokenKey } from '../tokens/token-engine.js';
import { knownLogKeys } from './log-key.js';
import type { OpenError } from './open-error.js';

/** The keys of an authority that is open: which the ledger believes, and which of them sign here. They change while it runs. */
export interface LiveKeys {
  readonly keyring: () => Keyring;
  /** The newest event key in use whose secret is here. */
  readonly signer: () => EventSigner;
  /** All log keys in use whose secret is here: while one follows another, both sign. Of several nodes, one that lacks any has none. */
  readonly logSigners: () => ReadonlyArray<NoteSigner>;
  /** The newest token key in use whose secret is here; of several nodes, the newest one or none. */
  readonly tokenSigner: () => EventSigner;
  /** Token keys in use: a token of one that ended counts no more. */
  readonly tokenKeys: () => ReadonlyArray<TokenKey>;
  /** Every key that ever signed for the log. */
  readonly logKeys: () => ReadonlyArray<VerifierKey>;
  /** Keys in use that every node must have, and whose secret is not here. Always empty where there is one node. */
  readonly missing: () => ReadonlyArray<MissingKey>;
  /** Whether this process can sign with a key, in use or not. */
  readonly holds: (kid: string) => boolean;
  /** Every key that the key file names. */
  readonly listed: () => ReadonlyArray<ListedKey>;
  /** Shared keys among them that are not in the ledger. */
  readonly pending: () => ReadonlyArray<SharedKey>;
  /** Reads the ledger and the key file again. */
  readonly refresh: TE.TaskEither<OpenError, void>;
  /** The same, if the ledger says anything of keys that was not taken up yet. */
  readonly upToDate: TE.TaskEither<OpenError, void>;
}

/** A key of all nodes that this one lacks. */
export type MissingKey = Pick<SharedKey, 'kid' | 'purpose'>;

export interface LiveKeysOptions {
  readonly store: EventStore;
  readonly publicKeys: PublicKeys;
  /** Whether other nodes sign too: then this one signs nothing with an old key while it lacks the one that follows. */
  readonly oneOfSeveral: boolean;
  /** Undefined: for reading only. */
  readonly secret: { readonly keys: KeyStore; readonly reopen: TE.TaskEither<OpenError, KeyStore> } | undefined;
}

const LOCKED: EventSigner = {
  kid: 'locked',
  sign: () => TE.left({ _tag: 'SignerUnavailable', detail: 'no key in use is in the key file' }),
};

const heldIn = (keys: KeyStore | undefined, kids: ReadonlyArray<string>): ReadonlyArray<EventSigner> =>
  kids.flatMap((kid) => keys?.signerOf(kid) ?? []);

const eventSigner = (keys: KeyStore | undefined, keyring: Keyring): EventSigner =>
  heldIn(
    keys,
    keysInUse(keyring, 'event').map(({ kid }) => kid),
  ).at(-1) ?? LOCKED;

/** An authority founded before log keys were introduced in the ledger has one in its file only. */
const logSigners = (
  keys: KeyStore | undefined,
  keyring: Keyring,
  { authority, log }: PublicKeys,
): ReadonlyArray<NoteSigner> => {
  const inUse = keysInUse(keyring, 'log').map(({ kid }) => kid);
  const name = originOf(foundingKid(keyring) ?? authority.kid);
  const known = [...keyring.values()].some(({ purpose }) => purpose === 'log');
  return heldIn(keys, known ? inUse : [log.kid]).flatMap(({ kid, sign }) => {
    const publicKey = keyring.get(kid)?.publicKey ?? fromBase64(log.publicKey);
    return [{ name, publicKey, sign }];
  });
};

/** As with log keys: one that no event introduced is in the file only. */
const tokenKeys = (keyring: Keyring, { token }: PublicKeys): ReadonlyArray<TokenKey> => {
  const known = [...keyring.values()].some(({ purpose }) => purpose === 'token');
  return known
    ? keysInUse(keyring, 'token').map(({ kid, publicKey }) => ({ kid, publicKey }))
    : [{ kid: token.kid, publicKey: fromBase64(token.publicKey) }];
};

const tokenSigner = (keys: KeyStore | undefined, inUse: ReadonlyArray<TokenKey>): EventSigner =>
  heldIn(
    keys,
    inUse.map(({ kid }) => kid),
  ).at(-1) ?? LOCKED;

const missingIn = (keys: KeyStore | undefined, keyring: Keyring): ReadonlyArray<MissingKey> =>
  (['log', 'token'] as const).flatMap((purpose) =>
    keysInUse(keyring, purpose)
      .filter(({ kid }) => keys?.signerOf(kid) === undefined)
      .map(({ kid }) => ({ kid, purpose })),
  );

const pendingIn = (keys: KeyStore | undefined, keyring: Keyring): ReadonlyArray<SharedKey> =>
  (keys?.keys ?? []).flatMap(({ kid, publicKey, purpose, pending }) =>
    pending && !keyring.has(kid) && (purpose === 'log' || purpose === 'token') ? [{ kid, publicKey, purpose }] : [],
  );

const NEWS_PAGE = 256;

/** Opens them where the ledger and the key file are now. */
export const openLiveKeys = (options: LiveKeysOptions): TE.TaskEither<OpenError, LiveKeys> => {
  const { store, publicKeys, secret, oneOfSeveral } = options;
  const read = loadKeyring({ ...entryEngines, store }, publicKeys.authority.kid);
  return pipe(
    store.readStream(AUTHORITY_STREAM, 0, MOST_AUTHORITY_EVENTS),
    TE.bindTo('before'),
    TE.bindW('begun', () => read),
    TE.map(({ before, begun }): LiveKeys => {
      let keyring = begun;
      let keys = secret?.keys;
      let signer = eventSigner(keys, keyring);
      let taken = before.length;
      const refresh: LiveKeys['refresh'] = async () => {
        const again = secret === undefined ? undefined : await secret.reopen();
        const ring = await read();
        // The ledger's word counts at once; a key file that can't be read leaves the keys that are open.
        if (E.isRight(ring)) keyring = ring.right;
        if (again !== undefined && E.isRight(again)) keys = again.right;
        signer = eventSigner(keys, keyring);
        if (E.isLeft(ring)) return ring;
        return again !== undefined && E.isLeft(again) ? again : E.right(undefined);
      };
      const upToDate: LiveKeys['upToDate'] = async () => {
        const from = taken;
        const news = await store.readStream(AUTHORITY_STREAM, from, NEWS_PAGE)();
        if (E.isLeft(news)) return news;
        if (news.right.length === 0) return E.right(undefined);
        const done = await refresh();
        if (E.isLeft(done)) return done;
        // What was read before the refresh is in it.
        taken = Math.max(taken, from + news.right.length);
        return upToDate();
      };
      const missing = (): ReadonlyArray<MissingKey> =>
        oneOfSeveral && keys !== undefined ? missingIn(keys, keyring) : [];
      const lacks = (purpose: SharedKey['purpose']): boolean => missing().some((key) => key.purpose === purpose);
      const newestToken = (): ReadonlyArray<TokenKey> => {
        const inUse = tokenKeys(keyring, publicKeys);
        return oneOfSeveral ? inUse.slice(-1) : inUse;
      };
      return {
        keyring: () => keyring,
        signer: () => signer,
        logSigners: () => (lacks('log') ? [] : logSigners(keys, keyring, publicKeys)),
        tokenSigner: () => tokenSigner(keys, newestToken()),
        tokenKeys: () => tokenKeys(keyring, publicKeys),
        logKeys: () => knownLogKeys(keyring, publicKeys),
        missing,
        holds: (kid) => keys?.signerOf(kid) !== undefined,
        listed: () => keys?.keys ?? [],
        pending: () => pendingIn(keys, keyring),
        refresh,
        upToDate,
      };
    }),
  );
};
