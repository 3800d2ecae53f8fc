import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { StoreError } from '../../domain/ports.js';
import type { DataFolder } from '../authority/data-folder.js';
import { openSqliteLedger, type SqliteLedger } from '../event-store/sqlite/open-sqlite-ledger.js';
import { createFileCheckpointRecord } from '../transparency/file-checkpoint-record.js';
import { createFolderTileStorage } from '../transparency/folder-tile-storage.js';
import { appendsOf } from './appends-of.js';
import type { CopyFault } from './copy-fault.js';
import { readMoved, writeMoved } from './copy-marks.js';
import type { CopyPlace } from './copy-place.js';

const PAGE = 256;

const eachBlob = ({ digests }: SqliteLedger): CopyPlace['eachBlob'] => {
  let behind = 0;
  return (take) => async () => {
    for (;;) {
      const page = await digests(behind, PAGE)();
      if (E.isLeft(page)) return page;
      for (const { sha256 } of page.right) {
        const taken = await take(sha256)();
        if (E.isLeft(taken)) return taken;
      }
      const last = page.right.at(-1);
      if (last === undefined) return E.right(undefined);
      behind = last.row;
    }
  };
};

/** Several indexes of an append are one behind another, so its first one tells them all. */
const append =
  ({ events }: SqliteLedger): CopyPlace['append'] =>
  (entries) =>
    pipe(
      events.appendInOrder(appendsOf(entries)),
      TE.mapLeft((fault): CopyFault => fault),
      TE.filterOrElse(
        ([first]) => first === entries[0]?.index,
        (): CopyFault => ({ _tag: 'CopyDiffers', where: `index ${String(entries[0]?.index)}`, rule: 'is taken' }),
      ),
      TE.map(() => undefined),
    );

/** The ledger in a data folder. The lock on its file keeps every other process out, so it can't grow meanwhile. */
export const openSqlitePlace = (folder: DataFolder): TE.TaskEither<StoreError, CopyPlace> =>
  pipe(
    openSqliteLedger(folder.ledger),
    TE.map((ledger) => ({
      name: folder.root,
      alone: true,
      events: ledger.events,
      evidence: ledger.evidence,
      eachBlob: eachBlob(ledger),
      append: append(ledger),
      caughtUp: TE.right(undefined),
      check: ledger.check,
      record: createFileCheckpointRecord(folder.logRecord),
      published: createFolderTileStorage(folder.logTiles),
      movedTo: readMoved(folder.moved),
      end: (target: string) => writeMoved(folder.moved, target),
      close: ledger.close,
    })),
  );
