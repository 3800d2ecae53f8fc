import type { TLSSocket } from 'node:tls';
import * as E from 'fp-ts/lib/Either.js';
import type { KeyServerFault } from '../../../../domain/key-provider/key-servers.js';
import { type Answer, createAnswer } from './answer.js';
import { faultOfError, late, misbehaved, unreachable } from './transport-fault.js';

type Exchanged = E.Either<KeyServerFault, Uint8Array>;

/** One TLS connection on which one request at a time is asked. */
export interface Connection {
  /** The whole answer, for the caller to erase. `request` is erased once it is written. A fault ends the connection. */
  readonly exchange: (request: Uint8Array) => Promise<Exchanged>;
  readonly isOpen: () => boolean;
  /** Whether anything was asked on it before. */
  readonly wasUsed: () => boolean;
  readonly end: () => void;
}

interface Waiting {
  readonly answer: Answer;
  readonly settle: (result: Exchanged) => void;
}

export const createConnection = (server: string, socket: TLSSocket, requestTimeoutMillis: number): Connection => {
  let waiting: Waiting | undefined;
  let isOpen = true;
  let used = false;

  const fail = (fault: KeyServerFault): void => {
    isOpen = false;
    socket.destroy();
    waiting?.settle(E.left(fault));
  };

  socket.removeAllListeners('error');
  socket.removeAllListeners('close');
  socket.on('error', (error) => fail(faultOfError(server, error)));
  socket.on('close', () => fail(unreachable(server, 'closed the connection')));
  socket.on('end', () => fail(unreachable(server, 'closed the connection')));
  socket.on('data', (part: Buffer) => {
    const rule = waiting === undefined ? 'must not send what was not asked for' : waiting.answer.take(part);
    part.fill(0);
    if (rule !== undefined) {
      fail(misbehaved(server, rule));
      return;
    }
    const whole = waiting?.answer.whole();
    if (whole !== undefined) waiting?.settle(E.right(whole));
  });

  const exchange = (request: Uint8Array): Promise<Exchanged> =>
    new Promise((resolve) => {
      if (!isOpen || waiting !== undefined) {
        resolve(E.left(unreachable(server, 'connection is not free')));
        return;
      }
      used = true;
      const timer = setTimeout(() => fail(late(server, requestTimeoutMillis)), requestTimeoutMillis);
      const answer = createAnswer();
      waiting = {
        answer,
        settle: (result) => {
          clearTimeout(timer);
          waiting = undefined;
          if (E.isLeft(result)) answer.erase();
          resolve(result);
        },
      };
      socket.write(request, () => request.fill(0));
    });

  return {
    exchange,
    isOpen: () => isOpen && !socket.destroyed,
    wasUsed: () => used,
    end: () => {
      isOpen = false;
      socket.destroy();
    },
  };
};
