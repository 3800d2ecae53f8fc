import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { fromBase64, toBase64 } from '../../domain/encoding/bytes.js';
import type { SealedFor } from '../../domain/hand-over/hand-overs.js';
import type { KeyBox, SharedKey } from '../../domain/hand-over/messages.js';
import type { ListedKey } from '../key-store/key-file.js';
import { changeKeyFile, type OpenKeyFile, openKeyFile } from '../key-store/key-store.js';
import type { KeyStoreError } from '../key-store/key-store-error.js';
import { signingKeyOf } from '../key-store/signing-key.js';
import { type EventKey, openSeed, sealSeed } from './key-box.js';

export interface KeyPlace {
  readonly file: string;
  readonly passphrase: string;
}

/** What asks for a hand-over says which key is a shared one; the file knows better, and its other keys never leave it. */
const isShared = ({ file }: OpenKeyFile, { kid, publicKey, purpose }: SharedKey): boolean =>
  file.keys.some((key) => key.kid === kid && key.publicKey === publicKey && key.purpose === purpose);

/** A shared key's secret, sealed for each of these event keys. Undefined: it is not in the file. */
export const sealedFor = (
  { file, passphrase }: KeyPlace,
  authority: string,
  key: SharedKey,
  nodes: ReadonlyArray<EventKey>,
): TE.TaskEither<KeyStoreError, ReadonlyArray<KeyBox> | undefined> =>
  pipe(
    openKeyFile(file, passphrase),
    TE.map((opened) => {
      const text = opened.secrets.seeds[key.kid];
      if (text === undefined || !isShared(opened, key)) return undefined;
      const seed = fromBase64(text);
      const boxes = nodes.flatMap((node) => sealSeed(authority, key, node, seed) ?? []);
      seed.fill(0);
      return boxes;
    }),
  );

/** The seed in a box, if the box opens with an event key of this file and what is inside is the key that it is said to be. */
const seedIn = (authority: string, { secrets }: OpenKeyFile, { key, box }: SealedFor): string | undefined => {
  const own = secrets.seeds[box.to];
  if (own === undefined) return undefined;
  const eventSeed = fromBase64(own);
  const seed = openSeed(authority, key, box, eventSeed);
  eventSeed.fill(0);
  if (seed === undefined) return undefined;
  const text = toBase64(seed);
  seed.fill(0);
  const named = signingKeyOf(text)?.named;
  return named?.kid === key.kid && named.publicKey === key.publicKey ? text : undefined;
};

const withKey = (
  { file, secrets }: OpenKeyFile,
  { kid, publicKey, purpose }: SharedKey,
  seed: string,
  introduced: boolean,
): OpenKeyFile => {
  const listed: ListedKey = { kid, publicKey, purpose, node: null, pending: !introduced };
  const keys = file.keys.some((each) => each.kid === kid) ? file.keys : [...file.keys, listed];
  return {
    file: { ...file, keys },
    secrets: { ...secrets, seeds: { ...secrets.seeds, [kid]: seed } },
  };
};

/** A node that was taken over must not fill the files of the others with keys that never come. */
const MOST_PENDING = 4;

const isFull = ({ file }: OpenKeyFile, { purpose }: SharedKey): boolean =>
  file.keys.filter((key) => key.pending && key.purpose === purpose).length >= MOST_PENDING;

/**
 * Puts keys that other nodes sealed for this one into its key file. A box that does not open, or holds something else, changes
 * nothing. `introduced`: whether the ledger has the key already.
 */
export const takeUpKeys = (
  { file, passphrase }: KeyPlace,
  authority: string,
  sealed: ReadonlyArray<SealedFor>,
  introduced: (kid: string) => boolean,
): TE.TaskEither<KeyStoreError, ReadonlyArray<string>> => {
  const taken: Array<string> = [];
  const change = (opened: OpenKeyFile): E.Either<KeyStoreError, OpenKeyFile> => {
    let next = opened;
    for (const each of sealed) {
      const { kid } = each.key;
      if (next.secrets.seeds[kid] !== undefined || (!introduced(kid) && isFull(next, each.key))) continue;
      const seed = seedIn(authority, next, each);
      if (seed === undefined) continue;
      next = withKey(next, each.key, seed, introduced(kid));
      taken.push(kid);
    }
    return E.right(next);
  };
  return pipe(
    changeKeyFile(file, { now: passphrase }, change),
    TE.map(() => taken),
  );
};
