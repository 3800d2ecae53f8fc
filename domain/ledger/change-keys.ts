import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { fromBase64, fromUtf8 } from '../encoding/bytes.js';
import { decode } from '../encoding/explain.js';
import { parseJson } from '../encoding/json.js';
import type { StoredEntry } from '../ports.js';
import { keyringAfter } from './admit-keys.js';
import { type AuthorityRejection, type AuthorityState, authorityDecider, type KeyChange } from './authority.js';
import { type AuthorityEvent, authorityCatalogue } from './authority-events.js';
import type { ChainFault, ChainTip } from './chain.js';
import { type Actor, Envelope, type Recorded } from './envelope.js';
import type { KeyRequest, SignedKeyChange } from './key-request.js';
import { AUTHORITY_STREAM, foundingKid, keysInUse } from './keyring.js';
import type { LedgerReader, LedgerWriter } from './ledger.js';
import { type LoadFault, loadStream, recordedOf } from './load-stream.js';
import { decideChanges } from './sign-key-request.js';
import { verifyEntry } from './verify-entry.js';

/** Why a signed change is not taken. Nothing was written. */
export type ChangeRefusal =
  | AuthorityRejection
  /** Made for another authority, or what it holds are no entries. */
  | { readonly _tag: 'KeyChangeUnfit'; readonly rule: string }
  /** The authority's stream went on since the request was made: make a new one. */
  | { readonly _tag: 'KeyChangeOutdated'; readonly expected: number; readonly actual: number }
  /** The entry does not continue the stream, or not the authority key in use signed it. */
  | { readonly _tag: 'KeyChangeInvalid'; readonly fault: ChainFault }
  /** What a new key's event says about it is not true: its id, its possession or its endorsement. */
  | { readonly _tag: 'KeyNotVouchedFor'; readonly kid: string }
  /** This process signs with the key, so behind its end there could be something that it signed. */
  | { readonly _tag: 'KeyStillSigning'; readonly kid: string }
  /** The event is durable; what it changes could not be taken up here, so nothing that builds on it is done. */
  | { readonly _tag: 'KeysNotTakenUp'; readonly detail: string };

interface Authority {
  readonly state: AuthorityState;
  readonly tip: ChainTip;
}

const load = (reader: LedgerReader): TE.TaskEither<LoadFault | AuthorityRejection, Authority> =>
  pipe(
    loadStream(reader)(authorityCatalogue, AUTHORITY_STREAM),
    TE.flatMap(
      ({ events, tip }): TE.TaskEither<LoadFault | AuthorityRejection, Authority> =>
        tip === null
          ? TE.left({ _tag: 'AuthorityNotFounded' })
          : TE.right({ state: events.reduce(authorityDecider.evolve, authorityDecider.initial), tip }),
    ),
  );

export interface ChangeKeys {
  readonly by: Actor;
  readonly commandId: string;
  readonly changes: ReadonlyArray<KeyChange>;
}

/** One key signs a request, and an authority key signs nothing behind its own hand-over: the next one does, in a request of its own. */
const signedByOne = (changes: ReadonlyArray<KeyChange>): E.Either<ChangeRefusal, true> => {
  const at = changes.findIndex(({ type }) => type === 'RotateAuthorityKey');
  return at === -1 || at === changes.length - 1
    ? E.right(true)
    : E.left({ _tag: 'KeyChangeUnfit', rule: 'must hold nothing behind a hand-over of the authority key' });
};

/** Decides changes of keys as far as it goes without the authority key, which then signs them (`signKeyRequest`). */
export const requestKeyChange =
  (deps: LedgerWriter) =>
  ({ by, commandId, changes }: ChangeKeys): TE.TaskEither<LoadFault | ChangeRefusal, KeyRequest> =>
    pipe(
      TE.fromEither<LoadFault | ChangeRefusal, true>(signedByOne(changes)),
      TE.flatMap(() => load(deps)),
      TE.flatMapEither(({ state, tip }) =>
        pipe(
          decideChanges(changes, state),
          E.map(() => ({
            v: 1 as const,
            authority: foundingKid(deps.keyring()) ?? '',
            signer: keysInUse(deps.keyring(), 'authority').at(-1)?.kid ?? '',
            tip,
            commandId,
            actor: by,
            at: deps.clock.now(),
            changes,
          })),
        ),
      ),
    );

const envelopeOf = (bytes: Uint8Array): Envelope | undefined => {
  const read = pipe(
    parseJson(fromUtf8(bytes) ?? ''),
    E.flatMap((json) => decode(Envelope)(json)),
  );
  return E.isRight(read) ? read.right : undefined;
};

const changeOf = ({ type, data }: AuthorityEvent): KeyChange | undefined => {
  switch (type) {
    case 'SigningKeyIntroduced':
      return { type: 'IntroduceSigningKey', ...data };
    case 'SigningKeyRetired':
      return { type: 'RetireSigningKey', ...data };
    case 'AuthorityKeyRotated':
      return { type: 'RotateAuthorityKey', ...data };
    case 'SigningKeyCompromised':
      return { type: 'DeclareKeyCompromised', ...data };
    case 'AuthorityFounded':
      return undefined;
  }
};

/** What a key is after the event: taken in, or taken out of use. If nothing changed, the event is not true. */
const takesEffect = (
  deps: LedgerReader,
  index: number,
  envelope: Envelope,
  event: AuthorityEvent,
): E.Either<ChangeRefusal, true> => {
  const keyring = deps.keyring();
  return keyringAfter(deps, keyring, index, envelope) === keyring
    ? E.left({ _tag: 'KeyNotVouchedFor', kid: 'kid' in event.data ? event.data.kid : '' })
    : E.right(true);
};

const endsOthersOnly = (deps: LedgerWriter, { type, data }: AuthorityEvent): E.Either<ChangeRefusal, true> =>
  (type === 'SigningKeyRetired' || type === 'SigningKeyCompromised') && data.kid === deps.signer().kid
    ? E.left({ _tag: 'KeyStillSigning', kid: data.kid })
    : E.right(true);

/** Everything that reading would check, before anything is written. */
const checkOne = (
  deps: LedgerWriter,
  { state, tip }: Authority,
  stored: StoredEntry,
): E.Either<ChangeRefusal | LoadFault, Recorded<AuthorityEvent>> => {
  const { revision } = stored;
  if (revision !== tip.revision + 1)
    return E.left({ _tag: 'KeyChangeOutdated', expected: revision - 1, actual: tip.revision });
  return pipe(
    verifyEntry(deps, { stored, previous: tip, keyring: deps.keyring() }),
    E.mapLeft((fault): ChangeRefusal | LoadFault => ({ _tag: 'KeyChangeInvalid', fault })),
    E.flatMap((linked) =>
      pipe(
        recordedOf(authorityCatalogue, linked),
        E.tap(({ event }) => takesEffect(deps, stored.index, linked.envelope, event)),
        E.tap(({ event }) => endsOthersOnly(deps, event)),
      ),
    ),
    E.tap((recorded) => {
      const change = changeOf(recorded.event);
      return change === undefined
        ? E.left<ChangeRefusal>({ _tag: 'AuthorityAlreadyFounded' })
        : decideChanges([change], state);
    }),
  );
};

export interface AppliedChange {
  readonly events: ReadonlyArray<Recorded<AuthorityEvent>>;
  readonly revision: number;
}

type Applied<A> = TE.TaskEither<ChangeRefusal | LoadFault, A>;

const alreadyThere = (
  deps: LedgerReader,
  { stream, revision, id }: Pick<StoredEntry, 'id' | 'stream' | 'revision'>,
): Applied<StoredEntry | undefined> =>
  pipe(
    deps.store.readStream(stream, revision, 1),
    TE.map(([there]) => (there?.id === id ? there : undefined)),
  );

const recordedThere = (there: StoredEntry, envelope: Envelope): Applied<Recorded<AuthorityEvent>> => {
  const event = authorityCatalogue.decode(envelope.type, envelope.typeVersion, envelope.data);
  if (E.isLeft(event)) return TE.left({ _tag: 'KeyChangeUnfit', rule: 'holds an event that is not known here' });
  const { index, stream, revision, id } = there;
  const { recordedAt, actor, command, basis, kid } = envelope;
  return TE.right({
    index,
    stream,
    revision,
    id,
    recordedAt,
    actor,
    command,
    basis,
    leaf: '',
    kid,
    event: event.right,
  });
};

interface Look {
  readonly there: StoredEntry | undefined;
  readonly authority: Authority;
  readonly index: number;
}

const placeOf = ({ id, stream, revision }: Envelope): Pick<StoredEntry, 'id' | 'stream' | 'revision'> => ({
  id,
  stream,
  revision,
});

const look = (deps: LedgerReader, envelope: Envelope): Applied<Look> =>
  pipe(
    alreadyThere(deps, placeOf(envelope)),
    TE.bindTo('there'),
    TE.bind('authority', (): Applied<Authority> => load(deps)),
    TE.bind('index', (): Applied<number> => deps.store.size()),
  );

const appendOne = (deps: LedgerWriter, authority: Authority, stored: StoredEntry): Applied<Recorded<AuthorityEvent>> =>
  pipe(
    TE.fromEither(checkOne(deps, authority, stored)),
    TE.flatMap((recorded) => {
      const { stream, revision, id, bytes } = stored;
      return pipe(
        deps.store.append({ stream, expectedRevision: revision - 1, entries: [{ id, bytes }] }),
        TE.bimap(
          (fault): ChangeRefusal | LoadFault => fault,
          ({ firstIndex }) => ({ ...recorded, index: firstIndex }),
        ),
      );
    }),
  );

/**
 * One event at a time, each durable and `told` before the next one is looked at: a new key is in use before the old one
 * ends, and a crash between them leaves both in use. Sent again, what is there already is not written twice.
 */
const applyOne =
  (deps: LedgerWriter, told: Applied<void>) =>
  (bytes: Uint8Array): Applied<Recorded<AuthorityEvent>> => {
    const envelope = envelopeOf(bytes);
    if (envelope?.stream !== AUTHORITY_STREAM)
      return TE.left({ _tag: 'KeyChangeUnfit', rule: 'must hold entries of the authority stream' });
    return pipe(
      look(deps, envelope),
      TE.flatMap(({ there, authority, index }) =>
        there === undefined
          ? appendOne(deps, authority, { index, ...placeOf(envelope), bytes })
          : recordedThere(there, envelope),
      ),
      TE.tap(() => told),
    );
  };

/**
 * Records signed changes of keys. `told` is called behind each: it must bring the keyring up to date and take into use the
 * keys that it names, so that nothing is signed with a key that is about to end.
 */
export const applyKeyChange =
  (deps: LedgerWriter, told: TE.TaskEither<ChangeRefusal, void>) =>
  ({ authority, entries }: SignedKeyChange): Applied<AppliedChange> => {
    if (authority !== foundingKid(deps.keyring()))
      return TE.left({ _tag: 'KeyChangeUnfit', rule: 'must be made for this authority' });
    const work = pipe(
      entries.map(fromBase64),
      TE.traverseSeqArray(applyOne(deps, told)),
      TE.map((events) => ({ events, revision: events.at(-1)?.revision ?? -1 })),
    );
    return deps.inTurn(AUTHORITY_STREAM, work);
  };
