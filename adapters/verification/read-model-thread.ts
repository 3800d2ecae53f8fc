import { workerData } from 'node:worker_threads';
import { nodeHashing } from '../crypto/node/hashing.js';
import { compareReadModels, type ReadModelReport } from '../projection-store/comparison/compare-read-models.js';
import { type PageMessage, unpackPage } from './page-message.js';
import { answerQuestions } from './thread.js';

/** Entries to fold, or that there are no more. */
export type ReadModelQuestion =
  | { readonly page: PageMessage }
  | { readonly finish: { readonly whole: boolean; readonly size: number } };

// Runs on a thread of its own: adapters/verification/checking-read-models.ts starts it.
const comparison = compareReadModels(nodeHashing, String(workerData));

answerQuestions((question: ReadModelQuestion): ReadModelReport | undefined => {
  if ('finish' in question) return comparison.finish(question.finish);
  comparison.take(unpackPage(question.page));
  return undefined;
});
