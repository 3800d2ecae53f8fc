import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { fromUtf8, utf8 } from '../../domain/encoding/bytes.js';
import { closed } from '../../domain/encoding/closed.js';
import { decode } from '../../domain/encoding/explain.js';
import { parseJson } from '../../domain/encoding/json.js';
import { Hex } from '../../domain/encoding/primitives.js';
import { Uuid } from '../../domain/ledger/envelope.js';
import { type FileFault, readIfThere, writePrivate } from '../access/private-files.js';

/** Lies where the ledger was: which copy it is now. */
const Moved = closed({ v: t.literal(1), target: Uuid }, 'Moved');
/** Lies where a ledger is being copied to: which copy this is, of whose ledger. */
const Copying = closed({ v: t.literal(1), target: Uuid, authority: Hex(8) }, 'Copying');
export type Copying = Pick<t.TypeOf<typeof Copying>, 'target' | 'authority'>;

/** Undefined: the text is no such mark. */
const markIn = <A>(codec: t.Type<A, unknown>, text: string): A | undefined => {
  const mark = pipe(parseJson(text), E.flatMap(decode(codec)));
  return E.isRight(mark) ? mark.right : undefined;
};

const read =
  <A>(codec: t.Type<A, unknown>) =>
  (file: string): TE.TaskEither<FileFault, A | undefined> =>
    pipe(
      readIfThere(file),
      TE.flatMapEither((text): E.Either<FileFault, A | undefined> => {
        const mark = text === undefined ? undefined : markIn(codec, text);
        return text !== undefined && mark === undefined
          ? E.left({ _tag: 'FileFault', file, rule: 'must be as ledger copy wrote it' })
          : E.right(mark);
      }),
    );

/** Left for a file that is none: what can't be read as a mark is no licence to go on. */
export const readMoved = (file: string): TE.TaskEither<FileFault, string | undefined> =>
  pipe(
    read(Moved)(file),
    TE.map((mark) => mark?.target),
  );

export const movedBytes = (target: string): Uint8Array => utf8(`${JSON.stringify({ v: 1, target })}\n`);

/** Undefined: the bytes are no mark. */
export const targetIn = (bytes: Uint8Array): string | undefined => markIn(Moved, fromUtf8(bytes) ?? '')?.target;

export const writeMoved = (file: string, target: string): TE.TaskEither<FileFault, void> =>
  writePrivate(file, `${JSON.stringify({ v: 1, target })}\n`);

export const readCopying: (file: string) => TE.TaskEither<FileFault, Copying | undefined> = read(Copying);

export const writeCopying = (file: string, { target, authority }: Copying): TE.TaskEither<FileFault, void> =>
  writePrivate(file, `${JSON.stringify({ v: 1, target, authority })}\n`);
