import { createServer, type Socket } from 'node:net';
import * as E from 'fp-ts/lib/Either.js';
import { MOST_LINE_BYTES } from '../../domain/signer/protocol.js';
import type { KeyStoreError } from '../key-store/key-store-error.js';
import { clearSocket, listenPrivately } from '../net/unix-socket.js';
import { type AnswerLine, makeAnswer, type SignerOptions } from './answer-request.js';
import { hearLines } from './lines.js';

export type SignerNotServed =
  | KeyStoreError
  | { readonly _tag: 'SocketFault'; readonly path: string; readonly rule: string };

const MOST_CONNECTIONS = 16;
const MOST_WAITING_BYTES = 1_048_576;

/** One request after another on each connection. Who does not take its answers is not answered for ever. */
const converse = (socket: Socket, answer: AnswerLine): void => {
  let last: Promise<void> = Promise.resolve();
  const take = async (line: string): Promise<void> => {
    const answered = await answer(line);
    if (E.isLeft(answered) || socket.writableLength > MOST_WAITING_BYTES) socket.destroy();
    else socket.write(`${JSON.stringify(answered.right)}\n`);
  };
  hearLines(socket, MOST_LINE_BYTES, (line) => {
    last = last.then(() => take(line)).catch(() => void socket.destroy());
  });
  socket.on('error', () => socket.destroy());
};

/** Signs for programs of the same user, over a socket that nobody else can open. Right ends it. */
export const serveSigner = async (
  path: string,
  options: SignerOptions,
): Promise<E.Either<SignerNotServed, () => Promise<void>>> => {
  const answer = await makeAnswer(options);
  if (E.isLeft(answer)) return answer;
  const rule = await clearSocket(path, 'signer');
  if (rule !== undefined) return E.left({ _tag: 'SocketFault', path, rule });
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    converse(socket, answer.right);
  });
  server.maxConnections = MOST_CONNECTIONS;
  try {
    await listenPrivately(server, path);
  } catch {
    return E.left({ _tag: 'SocketFault', path, rule: 'can not be made' });
  }
  return E.right(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  );
};
