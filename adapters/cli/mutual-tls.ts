import type { IncomingMessage } from 'node:http';
import { request as send } from 'node:https';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type HttpReply, TIMEOUT_MS, type Transport, unreachable } from './transport.js';

const MOST_ANSWER_BYTES = 268_435_456;

const replyOf = async (message: IncomingMessage): Promise<HttpReply> => {
  const parts: Array<Uint8Array> = [];
  let size = 0;
  for await (const part of message as AsyncIterable<Uint8Array>) {
    size += part.length;
    if (size > MOST_ANSWER_BYTES) throw new Error('too long an answer');
    parts.push(part);
  }
  const headers = Object.entries(message.headers).map(([name, value]) => [name, String(value)] as const);
  return {
    status: message.statusCode ?? 0,
    headers: Object.fromEntries(headers),
    body: new Uint8Array(Buffer.concat(parts)),
  };
};

/** As over the network, with a certificate of our own: `fetch` has no place for one. */
export const overMutualTls =
  (base: string, client: { readonly cert: string; readonly key: string }): Transport =>
  ({ method, url, headers, body }) =>
    TE.tryCatch(
      () =>
        new Promise<HttpReply>((resolve, reject) => {
          const options = { method, headers, ...client, agent: false, signal: AbortSignal.timeout(TIMEOUT_MS) };
          const asked = send(new URL(url, base), options, (message) => {
            replyOf(message).then(resolve, reject);
          });
          asked.once('error', reject);
          asked.end(body);
        }),
      (error) => unreachable(base, error),
    );
