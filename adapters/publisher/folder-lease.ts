import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { LeaseFault, PublisherLease, PublisherTurn } from '../../domain/publication/ports.js';
import { readIfThere, writePrivate } from '../access/private-files.js';
import { nextTurn, type Turn, turnIn } from './turn.js';

const unavailable = (file: string, rule: string): LeaseFault => ({
  _tag: 'LeaseUnavailable',
  detail: `${file} ${rule}`,
});

const readTurn = (file: string): TE.TaskEither<LeaseFault, Turn | undefined> =>
  pipe(
    readIfThere(file),
    TE.bimap(
      ({ rule }) => unavailable(file, rule),
      (text) => (text === undefined ? undefined : turnIn(text)),
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
  const turnOf = (begun: Turn): PublisherTurn => {
    const { epoch } = begun;
    const fenced = pipe(
      readTurn(file),
      TE.filterOrElse(
        (now) => now?.epoch === epoch,
        (now): LeaseFault => ({ _tag: 'PublisherFenced', epoch: now?.epoch ?? -1 }),
      ),
    );
    return {
      published: begun.published,
      holds: pipe(
        readTurn(file),
        TE.map((now) => now?.epoch === epoch),
      ),
      advance: (published) =>
        pipe(
          fenced,
          TE.flatMap(() => write(file, { ...begun, published })),
        ),
    };
  };
  const read = readTurn(file);
  return {
    begin: pipe(
      read,
      TE.map((before) => nextTurn(before, target)),
      TE.tap((turn) => write(file, turn)),
      TE.map(turnOf),
    ),
    published: pipe(
      read,
      TE.map((turn) => (turn?.target === target ? turn.published : 0)),
    ),
  };
};
