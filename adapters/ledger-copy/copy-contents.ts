import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { CopyFault } from './copy-fault.js';
import type { CopyPlace } from './copy-place.js';

const PAGE = 512;
const BLOBS_AT_ONCE = 8;

/** Told as it goes: how much of it is in the target. How many pieces of evidence there are, nobody knows before. */
export interface CopyProgress {
  readonly what: 'entries' | 'evidence';
  readonly done: number;
  readonly of: number | undefined;
}

export type TellProgress = (progress: CopyProgress) => void;

/** What the target lacks of the entries, page by page, in the source's order. */
export const copyEntries =
  (source: CopyPlace, target: CopyPlace, size: number, tell: TellProgress): TE.TaskEither<CopyFault, void> =>
  async () => {
    const there = await target.events.size()();
    if (E.isLeft(there)) return there;
    for (let at = there.right; at < size; ) {
      const page = await source.events.readAll(at, Math.min(PAGE, size - at))();
      if (E.isLeft(page)) return page;
      if (page.right[0]?.index !== at)
        return E.left({ _tag: 'StoreDamaged', where: `index ${String(at)}`, rule: 'must be the next entry' });
      const done = await target.append(page.right)();
      if (E.isLeft(done)) return done;
      at += page.right.length;
      tell({ what: 'entries', done: at, of: size });
    }
    return target.caughtUp();
  };

/** Reading a blob checks its digest: one that is there is whole. */
const copyBlob =
  (source: CopyPlace, target: CopyPlace) =>
  (sha256: string): TE.TaskEither<CopyFault, boolean> =>
    pipe(
      target.evidence.get(sha256),
      TE.flatMap((there) =>
        there !== undefined
          ? TE.right(true)
          : pipe(
              source.evidence.get(sha256),
              TE.flatMap((bytes) =>
                bytes === undefined
                  ? TE.right(false)
                  : pipe(
                      target.evidence.put(bytes),
                      TE.flatMap(() => target.evidence.get(sha256)),
                      TE.map((kept) => kept !== undefined),
                    ),
              ),
            ),
      ),
      TE.mapLeft((fault): CopyFault => fault),
    );

/** Every blob that the source holds whole is in the target, and was read back there. Answers how many. */
export const copyEvidence =
  (source: CopyPlace, target: CopyPlace, tell: TellProgress): TE.TaskEither<CopyFault, number> =>
  async () => {
    let done = 0;
    let failed: CopyFault | undefined;
    const underWay = new Set<Promise<void>>();
    const copyOne = async (sha256: string): Promise<void> => {
      const copied = await copyBlob(source, target)(sha256)();
      if (E.isLeft(copied)) failed ??= copied.left;
      else if (copied.right) done += 1;
      tell({ what: 'evidence', done, of: undefined });
    };
    const told = await source.eachBlob((sha256) => async () => {
      while (underWay.size >= BLOBS_AT_ONCE) await Promise.race(underWay);
      const work = copyOne(sha256).finally(() => underWay.delete(work));
      underWay.add(work);
      return failed === undefined ? E.right(undefined) : E.left(failed);
    })();
    await Promise.all(underWay);
    if (E.isLeft(told)) return told;
    return failed === undefined ? E.right(done) : E.left(failed);
  };
