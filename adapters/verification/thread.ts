import { existsSync } from 'node:fs';
import { parentPort, Worker } from 'node:worker_threads';
import * as E from 'fp-ts/lib/Either.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';

/** A thread that checks has ended before its work: nothing is known of what it had, so nothing counts as checked. */
export interface VerificationBroken {
  readonly _tag: 'VerificationBroken';
  readonly detail: string;
}

/** Another thread that answers questions, one after another. */
export interface Thread<Question, Answer> {
  /** Left once the thread has ended, whatever the reason. `handOver`: what this thread gives away with the question. */
  readonly ask: (
    question: Question,
    handOver?: ReadonlyArray<ArrayBuffer>,
  ) => TE.TaskEither<VerificationBroken, Answer>;
  /** Questions that it has not answered yet. */
  readonly waiting: () => number;
  readonly end: () => Promise<void>;
}

/** How messages look: each answer has the number of its question. */
interface Message<Content> {
  readonly number: number;
  readonly content: Content;
}

export type ThreadProgram = 'inspection-thread' | 'read-model-thread';

/** Beside this file as it was built; where the sources themselves run, in tests, what was last built of them. */
export const threadFile = (name: ThreadProgram): URL => {
  const beside = new URL(`./${name}.js`, import.meta.url);
  return existsSync(beside) ? beside : new URL(`../../dist/adapters/verification/${name}.js`, import.meta.url);
};

const MOST_DETAIL = 200;

export const startThread = <Question, Answer>(file: URL, given: unknown): Thread<Question, Answer> => {
  const worker = new Worker(file, { workerData: given });
  const asked = new Map<number, (answer: E.Either<VerificationBroken, Answer>) => void>();
  let next = 0;
  let broken: VerificationBroken | undefined;
  const breakDown = (detail: string): void => {
    broken ??= { _tag: 'VerificationBroken', detail: detail.slice(0, MOST_DETAIL) };
    for (const answer of asked.values()) answer(E.left(broken));
    asked.clear();
  };
  worker.on('message', ({ number, content }: Message<Answer>) => {
    asked.get(number)?.(E.right(content));
    asked.delete(number);
  });
  worker.on('error', ({ message }: Error) => breakDown(message));
  worker.on('messageerror', ({ message }: Error) => breakDown(message));
  worker.on('exit', (code) => breakDown(`a thread that checks entries ended (${String(code)})`));
  return {
    ask:
      (content, handOver = []) =>
      () =>
        new Promise((resolve) => {
          if (broken !== undefined) {
            resolve(E.left(broken));
            return;
          }
          const number = next++;
          asked.set(number, resolve);
          worker.postMessage({ number, content }, handOver);
        }),
    waiting: () => asked.size,
    end: async () => {
      await worker.terminate();
    },
  };
};

/** On the other side: what this thread was started for. What `answer` throws ends it, and whoever asked is told. */
export const answerQuestions = (answer: (question: never) => unknown): void => {
  parentPort?.on('message', ({ number, content }: Message<never>) =>
    parentPort?.postMessage({ number, content: answer(content) }),
  );
};
