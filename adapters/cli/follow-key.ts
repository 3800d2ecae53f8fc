import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { toBase64 } from '../../domain/encoding/bytes.js';
import type { KeyChange } from '../../domain/ledger/authority.js';
import { type KeyStatement, type StatementKind, statementInput } from '../../domain/ledger/key-statement.js';
import type { EventSigner } from '../../domain/ports.js';
import { canonicalize } from '../crypto/canonicalize.js';
import type { SigningKeysAnswer } from '../http/routes/signing-keys.js';
import { addKey } from '../key-store/change-keys.js';
import type { KeyKind, ListedKey } from '../key-store/key-file.js';
import { type KeyStore, openKeyStore } from '../key-store/key-store.js';
import { type CliFailure, unavailable } from './failure.js';
import { type KeyPlace, orFailure } from './key-changes.js';

type AnsweredKey = SigningKeysAnswer['keys'][number];

/** Whose key of a purpose is meant: each node signs events with a key of its own, and all share the others. */
const nodeOf = ({ keys }: SigningKeysAnswer, purpose: KeyKind): string | null =>
  purpose === 'event' ? (keys.find((key) => key.purpose === purpose && key.signsHere)?.node ?? null) : null;

/** The newest key of a purpose in use at the node that answered; undefined: none was ever introduced. */
export const inUse = (answer: SigningKeysAnswer, purpose: KeyKind): AnsweredKey | undefined => {
  const node = nodeOf(answer, purpose);
  return answer.keys.findLast((key) => key.purpose === purpose && key.until === null && key.node === node);
};

const signedBy = (
  signer: EventSigner | undefined,
  kind: StatementKind,
  statement: KeyStatement,
): TE.TaskEither<CliFailure, string | null> => {
  const input = statementInput(canonicalize, kind, statement);
  if (signer === undefined || E.isLeft(input)) return TE.right(null);
  return pipe(
    signer.sign(input.right),
    TE.bimap(({ _tag, detail }) => unavailable(_tag, detail), toBase64),
  );
};

/** The events' own words for a key that both the old key (if it is believed and here) and the new one vouch for. */
export const introductionOf = (store: KeyStore, statement: KeyStatement): TE.TaskEither<CliFailure, KeyChange> => {
  const { kid, publicKey, purpose, node, replaces } = statement;
  return pipe(
    TE.Do as TE.TaskEither<CliFailure, object>,
    TE.bind('possession', () => signedBy(store.signerOf(kid), 'possession', statement)),
    TE.bind('endorsement', () =>
      signedBy(replaces === null ? undefined : store.signerOf(replaces), 'endorsement', statement),
    ),
    TE.map(
      ({ possession, endorsement }): KeyChange =>
        purpose === 'authority'
          ? { type: 'RotateAuthorityKey', kid, publicKey, replaces: replaces ?? '', possession: possession ?? '' }
          : { type: 'IntroduceSigningKey', kid, publicKey, purpose, node, replaces, endorsement, possession },
    ),
  );
};

/** A key that an earlier attempt made, and whose introduction never got there, is taken up again. */
const freshKey = (
  place: KeyPlace,
  purpose: KeyKind,
  answer: SigningKeysAnswer,
): TE.TaskEither<CliFailure, { readonly store: KeyStore; readonly key: ListedKey }> => {
  const node = nodeOf(answer, purpose);
  return pipe(
    orFailure(openKeyStore(place.file, place.passphrase)),
    TE.flatMap((store) => {
      const key = store.keys.find(
        ({ kid, pending, ...each }) =>
          pending &&
          each.purpose === purpose &&
          each.node === node &&
          store.signerOf(kid) !== undefined &&
          answer.keys.every((known) => known.kid !== kid),
      );
      return key === undefined ? orFailure(addKey(place, purpose, node)) : TE.right({ store, key });
    }),
  );
};

export interface FollowKey {
  readonly purpose: KeyKind;
  /** Whether the key before it vouches for it: not when somebody else may have it. */
  readonly endorsed: boolean;
}

/** The log key of an authority that was founded before log keys were in the ledger is introduced late. */
const firstLogKey = (
  store: KeyStore,
  { authority }: SigningKeysAnswer,
): TE.TaskEither<CliFailure, ReadonlyArray<KeyChange>> =>
  pipe(
    introductionOf(store, { authority, ...store.publicKeys.log, purpose: 'log', node: null, replaces: null }),
    TE.map((change) => [change]),
  );

/** A key that is kept and not introduced yet, and what introduces it. */
export interface NextKey {
  readonly kid: string;
  readonly publicKey: string;
  readonly changes: ReadonlyArray<KeyChange>;
}

/** Makes the next key of a purpose, keeps it, and says what has to be recorded for it. */
export const followKey = (
  place: KeyPlace,
  answer: SigningKeysAnswer,
  { purpose, endorsed }: FollowKey,
): TE.TaskEither<CliFailure, NextKey> =>
  pipe(
    TE.Do as TE.TaskEither<CliFailure, object>,
    TE.bind('fresh', () => freshKey(place, purpose, answer)),
    TE.bind('before', ({ fresh }) =>
      purpose === 'log' && inUse(answer, 'log') === undefined
        ? firstLogKey(fresh.store, answer)
        : TE.right<CliFailure, ReadonlyArray<KeyChange>>([]),
    ),
    TE.flatMap(({ fresh: { store, key }, before }) => {
      const [late] = before;
      const old = inUse(answer, purpose)?.kid ?? (late !== undefined && 'kid' in late ? late.kid : null);
      const replaces = endorsed || purpose === 'authority' ? old : null;
      const { kid, publicKey, node } = key;
      return pipe(
        introductionOf(store, { authority: answer.authority, kid, publicKey, purpose, node, replaces }),
        TE.map((change) => ({ kid, publicKey, changes: [...before, change] })),
      );
    }),
  );
