import { connect, type Socket } from 'node:net';
import * as E from 'fp-ts/lib/Either.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import { decode } from '../../domain/encoding/explain.js';
import { parseJson } from '../../domain/encoding/json.js';
import type { SignerUnavailable } from '../../domain/ports.js';
import { MOST_LINE_BYTES, SignerAnswer, type SignerRequest } from '../../domain/signer/protocol.js';
import { hearLines } from './lines.js';

type Without<A, K extends keyof A> = A extends unknown ? Omit<A, K> : never;
export type Asked = Without<SignerRequest, 'id' | 'v'>;

export interface SignerConnection {
  readonly ask: (asked: Asked) => TE.TaskEither<SignerUnavailable, SignerAnswer>;
  readonly close: () => void;
}

export interface ConnectionOptions {
  readonly path: string;
  /** From the request to its answer. A signer that is later has failed: the connection is given up. */
  readonly timeoutMillis: number;
}

type Settle = (answer: E.Either<SignerUnavailable, SignerAnswer>) => void;

const MOST_WAITING = 4_096;

export const signerAway = (detail: string): SignerUnavailable => ({ _tag: 'SignerUnavailable', detail });

const answerIn = (line: string): SignerAnswer | undefined => {
  const json = parseJson(line);
  const answer = E.isLeft(json) ? undefined : decode(SignerAnswer)(json.right);
  return answer !== undefined && E.isRight(answer) ? answer.right : undefined;
};

/** One connection, made when it is needed and again after it was lost; requests don't wait for each other. */
export const openSignerConnection = ({ path, timeoutMillis }: ConnectionOptions): SignerConnection => {
  const waiting = new Map<string, Settle>();
  let socket: Socket | undefined;
  let next = 0;

  const lose = (lost: Socket, detail: string): void => {
    lost.destroy();
    if (lost !== socket) return;
    socket = undefined;
    for (const settle of [...waiting.values()]) settle(E.left(signerAway(detail)));
  };

  const hear = (from: Socket) => (line: string) => {
    const answer = answerIn(line);
    if (answer === undefined || !waiting.has(answer.id)) lose(from, 'the signer answered something else');
    else waiting.get(answer.id)?.(E.right(answer));
  };

  const connected = (): Socket => {
    if (socket !== undefined) return socket;
    const made = connect(path);
    socket = made;
    made.unref();
    hearLines(made, MOST_LINE_BYTES, hear(made));
    made.on('error', () => lose(made, 'the signer does not answer'));
    made.on('close', () => lose(made, 'the signer went away'));
    return made;
  };

  return {
    ask: (asked) => () =>
      new Promise((resolve) => {
        if (waiting.size >= MOST_WAITING) {
          resolve(E.left(signerAway('too much waits for the signer')));
          return;
        }
        const id = String((next += 1));
        const to = connected();
        const timer = setTimeout(() => lose(to, 'the signer took too long'), timeoutMillis);
        waiting.set(id, (answer) => {
          clearTimeout(timer);
          waiting.delete(id);
          resolve(answer);
        });
        to.write(`${JSON.stringify({ v: 1, id, ...asked })}\n`);
      }),
    close: () => {
      if (socket !== undefined) lose(socket, 'the authority ends');
    },
  };
};
