import * as E from 'fp-ts/lib/Either.js';
import type * as T from 'fp-ts/lib/Task.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { StoredEntry } from '../../domain/ports.js';
import { nodeHashing } from '../crypto/node/hashing.js';
import { compareReadModels, type ReadModelReport } from '../projection-store/comparison/compare-read-models.js';
import { packPage } from './page-message.js';
import type { ReadModelQuestion } from './read-model-thread.js';
import { startThread, type VerificationBroken } from './thread.js';

/** The check of the read models beside that of the entries, which it follows. */
export interface CheckingReadModels {
  /** Ends when there is room for more. */
  readonly take: (entries: ReadonlyArray<StoredEntry>) => T.Task<void>;
  readonly finish: (ledger: {
    readonly whole: boolean;
    readonly size: number;
  }) => TE.TaskEither<VerificationBroken, ReadModelReport>;
  readonly end: () => Promise<void>;
}

const here = (file: string): CheckingReadModels => {
  const comparison = compareReadModels(nodeHashing, file);
  return {
    take: (entries) => () => {
      comparison.take(entries);
      return Promise.resolve();
    },
    finish: (ledger) => () => TE.right(comparison.finish(ledger))(),
    end: () => Promise.resolve(),
  };
};

/** So many pages may wait there. */
const MOST_WAITING = 8;

const onThread = (file: string, program: URL): CheckingReadModels => {
  const thread = startThread<ReadModelQuestion, ReadModelReport | undefined>(program, file);
  let oldest: Array<Promise<unknown>> = [];
  return {
    take: (entries) => async () => {
      if (entries.length === 0) return;
      const page = packPage(entries);
      oldest.push(thread.ask({ page }, [page.bytes.buffer])());
      if (oldest.length <= MOST_WAITING) return;
      await oldest[0];
      oldest = oldest.slice(1);
    },
    finish: (finish) => async () => {
      const answer = await thread.ask({ finish })();
      if (E.isLeft(answer)) return answer;
      return answer.right === undefined
        ? E.left({ _tag: 'VerificationBroken', detail: 'the thread that checks read models gave no report' })
        : E.right(answer.right);
    },
    end: thread.end,
  };
};

/** `program`: that of a thread of its own, so that folding holds up no other check. */
export const checkReadModels = (file: string, program: URL | undefined): CheckingReadModels =>
  program === undefined ? here(file) : onThread(file, program);
