import * as E from 'fp-ts/lib/Either.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import { toBase64 } from '../../domain/encoding/bytes.js';
import {
  boxesFor,
  type HandOvers,
  type Holder,
  holdersOf,
  NO_HAND_OVERS,
  notGiven,
  type SealedFor,
  sharedKeys,
  takeMessage,
} from '../../domain/hand-over/hand-overs.js';
import { type KeyBox, MOST_SHARED_KEYS, type SharedKey } from '../../domain/hand-over/messages.js';
import { isGenuine, signMessage, type UnsignedMessage } from '../../domain/hand-over/sign-message.js';
import type { Keyring } from '../../domain/ledger/keyring.js';
import type { SignerUnavailable } from '../../domain/ports.js';
import type { PlaceUnavailable } from '../../domain/transparency/ports.js';
import type { LiveKeys, MissingKey } from '../authority/live-keys.js';
import type { OpenError } from '../authority/open-error.js';
import { entryEngines } from '../crypto/engines.js';
import type { KeyStoreError } from '../key-store/key-store-error.js';
import type { HandOverStream } from './hand-over-stream.js';
import type { EventKey } from './key-box.js';

export type SharingFault = PlaceUnavailable | SignerUnavailable | KeyStoreError | OpenError;

/** What is done with the node's key file. */
export interface SharedKeyFile {
  /** Undefined: the secret is not in the file. */
  readonly sealedFor: (
    key: SharedKey,
    nodes: ReadonlyArray<EventKey>,
  ) => TE.TaskEither<KeyStoreError, ReadonlyArray<KeyBox> | undefined>;
  readonly takeUp: (
    sealed: ReadonlyArray<SealedFor>,
    introduced: (kid: string) => boolean,
  ) => TE.TaskEither<KeyStoreError, ReadonlyArray<string>>;
  /** Lists what the ledger introduced as introduced, and forgets the secrets of shared keys that ended. */
  readonly bringInLine: (keyring: Keyring) => TE.TaskEither<KeyStoreError, unknown>;
}

export interface ShareKeysOptions {
  /** Key id of the founding authority key. */
  readonly authority: string;
  readonly live: LiveKeys;
  readonly stream: HandOverStream;
  readonly file: SharedKeyFile;
  readonly everyMillis: number;
  /** A signer has keys too: what it lacked it may have been given since. */
  readonly hasSigner: boolean;
  readonly onTaken: (kids: ReadonlyArray<string>) => void;
  /** Told whenever another set of keys is missing; empty: none is any more. */
  readonly onMissing: (missing: ReadonlyArray<MissingKey>) => void;
  /** Told once for each run of failures. */
  readonly onFault: (fault: SharingFault) => void;
}

/** Who has a shared key, as every node says itself. */
export interface KeyHolders extends MissingKey {
  readonly nodes: ReadonlyArray<Holder>;
}

/** `given`: false where the key's secret is not in this node's file, so that it can't be handed over from here. */
export interface HandedOver extends KeyHolders {
  readonly given: boolean;
}

/** Keys that all nodes of an authority must have, on their way from one to the others. */
export interface KeySharing {
  readonly holders: () => ReadonlyArray<KeyHolders>;
  /** Gives a key to every node that the ledger knows. Safe to repeat: who was given it, or has it, is given nothing again. */
  readonly handOver: (key: SharedKey) => TE.TaskEither<SharingFault, HandedOver>;
  readonly close: () => Promise<void>;
}

/** Reading the keys of a signer means opening the key file again, which is slow by design. */
const ASK_SIGNER_EVERY = 5;

type Step = Promise<E.Either<SharingFault, void>>;

/**
 * Hands shared keys over, and takes them up: in use or still to come, from whichever node has one to every node that lacks it.
 * Nothing here is believed for what a key may do: one that the ledger never introduces signs nothing that counts.
 */
export const startSharingKeys = (options: ShareKeysOptions): KeySharing => {
  const { authority, live, stream, file, everyMillis, hasSigner, onTaken, onMissing, onFault } = options;
  const { canonicalize } = entryEngines;
  let hand: HandOvers = NO_HAND_OVERS;
  let told = '';
  let failing = false;
  let lined: Keyring | undefined;
  /** What does not open will not open the next time. */
  const tried = new WeakSet<KeyBox>();
  /** What is not in the file, and was announced without it. */
  const elsewhere = new Set<string>();

  const listen = async (): Step => {
    const news = await stream.news();
    if (E.isLeft(news)) return news;
    for (const message of news.right) {
      if (isGenuine(entryEngines, authority, live.keyring(), message)) hand = takeMessage(hand, message);
    }
    return E.right(undefined);
  };

  const say = async (message: UnsignedMessage): Step => {
    const signed = await signMessage({ canonicalize, signer: live.signer() }, message)();
    if (E.isLeft(signed)) return signed;
    const said = await stream.say(signed.right)();
    // Where somebody was faster, what he said may make this needless: the next step sees.
    return E.isLeft(said) ? said : listen();
  };

  const takeUp = async (): Step => {
    const sealed = boxesFor(hand, live.keyring(), live.signer().kid).filter(
      ({ key, box }) => !live.holds(key.kid) && !tried.has(box),
    );
    if (sealed.length === 0) return E.right(undefined);
    const taken = await file.takeUp(sealed, (kid) => live.keyring().has(kid))();
    if (E.isLeft(taken)) return taken;
    for (const { box } of sealed) tried.add(box);
    lined = undefined;
    if (taken.right.length === 0) return E.right(undefined);
    onTaken(taken.right);
    return live.refresh();
  };

  let steps = 0;
  const askSigner = async (): Step => {
    steps += 1;
    const lacks = sharedKeys(hand, live.keyring()).some(({ kid }) => !live.holds(kid));
    return hasSigner && lacks && steps % ASK_SIGNER_EVERY === 0 ? live.refresh() : E.right(undefined);
  };

  const tellHeld = async (): Step => {
    const keys = [...sharedKeys(hand, live.keyring()), ...live.pending()].map(({ kid }) => kid).filter(live.holds);
    const now = [...new Set(keys)].sort().slice(0, MOST_SHARED_KEYS);
    const before = [...(hand.held.get(live.signer().kid) ?? [])].sort();
    if (now.join() === before.join()) return E.right(undefined);
    return say({ v: 1, type: 'KeysHeld', authority, keys: now });
  };

  const offer = async (key: SharedKey): Step => {
    if (elsewhere.has(key.kid) || notGiven(hand, live.keyring(), key.kid).length === 0) return E.right(undefined);
    // Who was removed a moment ago must be given nothing: the ledger is asked again, not remembered.
    const known = await live.upToDate();
    if (E.isLeft(known)) return known;
    const keyring = live.keyring();
    if ((keyring.get(key.kid)?.until ?? null) !== null) return E.right(undefined);
    const nodes = notGiven(hand, keyring, key.kid).flatMap((kid) => {
      const publicKey = keyring.get(kid)?.publicKey;
      return publicKey === undefined ? [] : [{ kid, publicKey }];
    });
    const boxes = await file.sealedFor(key, nodes)();
    if (E.isLeft(boxes)) return boxes;
    if (boxes.right === undefined) elsewhere.add(key.kid);
    return say({ v: 1, type: 'KeyOffer', authority, key, boxes: boxes.right ?? [] });
  };

  const inUse = (): ReadonlyArray<SharedKey> =>
    [...live.keyring().values()].flatMap(({ kid, publicKey, purpose, until }) =>
      until === null && (purpose === 'log' || purpose === 'token') && live.holds(kid)
        ? [{ kid, publicKey: toBase64(publicKey), purpose }]
        : [],
    );

  const bringInLine = async (): Step => {
    const keyring = live.keyring();
    if (keyring === lined) return E.right(undefined);
    const done = await file.bringInLine(keyring)();
    if (E.isLeft(done)) return done;
    lined = keyring;
    return E.right(undefined);
  };

  const tellMissing = (): void => {
    const missing = live.missing();
    const text = missing.map(({ kid }) => kid).join();
    if (text !== told) onMissing(missing);
    told = text;
  };

  const step = async (): Step => {
    const heard = await live.upToDate();
    if (E.isLeft(heard)) return heard;
    for (const work of [listen, takeUp, askSigner, tellHeld]) {
      const done = await work();
      if (E.isLeft(done)) return done;
    }
    for (const key of [...inUse(), ...live.pending()]) {
      const done = await offer(key);
      if (E.isLeft(done)) return done;
    }
    return bringInLine();
  };

  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <A>(work: () => Promise<A>): Promise<A> => {
    const mine = last.then(work, work);
    last = mine;
    return mine;
  };

  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const tick = async (): Promise<void> => {
    const done = await inTurn(step);
    if (E.isLeft(done) && !failing) onFault(done.left);
    failing = E.isLeft(done);
    tellMissing();
    if (!stopped) timer = setTimeout(() => void tick(), everyMillis).unref();
  };
  void tick();

  const holdersNow = ({ kid, purpose }: MissingKey): KeyHolders => ({
    kid,
    purpose,
    nodes: holdersOf(hand, live.keyring(), kid),
  });
  return {
    holders: () => sharedKeys(hand, live.keyring()).map(holdersNow),
    handOver: (key) => () =>
      inTurn(async () => {
        const known = await (live.holds(key.kid) ? live.upToDate() : live.refresh());
        if (E.isLeft(known)) return known;
        const heard = await listen();
        if (E.isLeft(heard)) return heard;
        const offered = await offer(key);
        if (E.isLeft(offered)) return offered;
        const done = await tellHeld();
        return E.isLeft(done) ? done : E.right({ ...holdersNow(key), given: !elsewhere.has(key.kid) });
      }),
    close: async () => {
      stopped = true;
      clearTimeout(timer);
      await last;
    },
  };
};
