import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { equalBytes } from '../encoding/bytes.js';
import { openCheckpoint } from './checkpoint.js';
import type { LogEngines, LogFault, SignedCheckpoint } from './log-state.js';
import { keyOfSigner } from './sign-note.js';
import type { VerifierKey } from './verifier-key.js';

/** Where the published checkpoint lies in tile storage. */
export const CHECKPOINT_PATH = 'checkpoint';

const ownKeys = ({ hashing, signers, formerKeys }: LogEngines): ReadonlyArray<VerifierKey> => {
  const signing = signers().flatMap((signer) => {
    const key = keyOfSigner(hashing, signer, 'ed25519');
    return E.isLeft(key) ? [] : [key.right];
  });
  return [...signing, ...formerKeys().filter(({ id }) => signing.every((key) => key.id !== id))];
};

const openOwn = (engines: LogEngines, bytes: Uint8Array): E.Either<string, SignedCheckpoint> =>
  pipe(
    openCheckpoint(engines.verifyEd25519, ownKeys(engines), bytes),
    E.mapLeft((refusal) => (refusal._tag === 'Malformed' ? `${refusal.field} ${refusal.rule}` : refusal._tag)),
    E.filterOrElse(
      ({ checkpoint }) => checkpoint.origin === engines.origin,
      () => 'must be of this log',
    ),
    E.map(({ checkpoint }) => ({ checkpoint, bytes })),
  );

/** The checkpoint in tile storage, if a key of this log signed it: tile storage is trusted in nothing. */
export const readPublished = (engines: LogEngines): TE.TaskEither<LogFault, SignedCheckpoint | undefined> =>
  pipe(
    engines.tiles.read(CHECKPOINT_PATH),
    TE.map((bytes) => {
      const opened = bytes === undefined ? E.left('none') : openOwn(engines, bytes);
      return E.isRight(opened) ? opened.right : undefined;
    }),
  );

const againstPublished = (
  record: SignedCheckpoint | undefined,
  published: SignedCheckpoint | undefined,
): E.Either<LogFault, SignedCheckpoint | undefined> => {
  if (published === undefined) return E.right(record);
  const { size, root } = published.checkpoint;
  if (record === undefined) return E.left({ _tag: 'RecordMissing', published: size });
  const own = record.checkpoint;
  if (own.size < size) return E.left({ _tag: 'RecordRolledBack', record: own.size, published: size });
  return own.size === size && !equalBytes(own.root, root)
    ? E.left({ _tag: 'PublishedDiffers', size })
    : E.right(record);
};

/** The last checkpoint that this log signed, by its record, which must not be behind what was published. */
export const readSigned = (engines: LogEngines): TE.TaskEither<LogFault, SignedCheckpoint | undefined> =>
  pipe(
    TE.Do,
    TE.bind('published', () => readPublished(engines)),
    TE.bind('bytes', (): TE.TaskEither<LogFault, Uint8Array | undefined> => engines.record.read()),
    TE.flatMapEither(({ published, bytes }) =>
      bytes === undefined
        ? againstPublished(undefined, published)
        : pipe(
            openOwn(engines, bytes),
            E.mapLeft((rule): LogFault => ({ _tag: 'RecordUnreadable', rule })),
            E.flatMap((record) => againstPublished(record, published)),
          ),
    ),
  );
