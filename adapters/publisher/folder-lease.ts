import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { closed } from '../../domain/encoding/closed.js';
import { decode } from '../../domain/encoding/explain.js';
import { parseJson } from '../../domain/encoding/json.js';
import { SafeInt, Text } from '../../domain/encoding/primitives.js';
import type { LeaseFault, PublisherLease, PublisherTurn } from '../../domain/publication/ports.js';
import { readIfThere, writePrivate } from '../access/private-files.js';

const Turn = closed({ v: t.literal(1), target: Text(1024), epoch: SafeInt, published: SafeInt }, 'PublisherTurn');
type Turn = t.TypeOf<typeof Turn>;

const unavailable = (file: string, rule: string): LeaseFault => ({
  _tag: 'LeaseUnavailable',
  detail: `${file} ${rule}`,
});

/** A file that can't be read as a turn counts as none: everything is sent again, which does no harm. */
const readTurn = (file: string): TE.TaskEither<LeaseFault, Turn | undefined> =>
  pipe(
    readIfThere(file),
    TE.bimap(
      ({ rule }) => unavailable(file, rule),
      (text) => {
        const turn =
          text === undefined
            ? undefined
            : pipe(parseJson(text), (json) => (json._tag === 'Right' ? decode(Turn)(json.right) : json));
        return turn?._tag === 'Right' ? turn.right : undefined;
      },
    ),
  );

const write = (file: string, turn: Turn): TE.TaskEither<LeaseFault, void> =>
  pipe(
    writePrivate(file, `${JSON.stringify(turn)}\n`),
    TE.mapLeft(({ rule }) => unavailable(file, rule)),
  );

/**
 * The lease of an authority that works on a folder of its own: the folder's lock already lets one process in. The epoch in the
 * file is the second fence: a process that lost the lock and lives on (a paused machine, a copied folder put back) finds a
 * newer one. `target` names the topics: for others, publishing begins with the first event.
 */
export const folderLease = (file: string, target: string): PublisherLease => {
  const turnOf = (epoch: number, from: number): PublisherTurn => {
    const fenced = pipe(
      readTurn(file),
      TE.filterOrElse(
        (now) => now?.epoch === epoch,
        (now): LeaseFault => ({ _tag: 'PublisherFenced', epoch: now?.epoch ?? -1 }),
      ),
    );
    return {
      published: from,
      holds: pipe(
        readTurn(file),
        TE.map((now) => now?.epoch === epoch),
      ),
      advance: (published) =>
        pipe(
          fenced,
          TE.flatMap(() => write(file, { v: 1, target, epoch, published })),
        ),
    };
  };
  return {
    begin: pipe(
      readTurn(file),
      TE.flatMap((before) => {
        const epoch = (before?.epoch ?? 0) + 1;
        const published = before?.target === target ? before.published : 0;
        return pipe(
          write(file, { v: 1, target, epoch, published }),
          TE.map(() => turnOf(epoch, published)),
        );
      }),
    ),
  };
};
