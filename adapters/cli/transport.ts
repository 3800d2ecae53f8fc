import type { FastifyInstance } from 'fastify';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Method } from '../http/route.js';
import { type CliFailure, unavailable } from './failure.js';

export interface HttpRequest {
  readonly method: Method;
  /** Path and query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

export interface HttpReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** How a request reaches the authority: over the network, or inside this process. The same requests either way. */
export type Transport = (request: HttpRequest) => TE.TaskEither<CliFailure, HttpReply>;

export const TIMEOUT_MS = 300_000;

export const unreachable = (base: string, error: unknown): CliFailure =>
  unavailable(
    'AuthorityUnreachable',
    `no answer from the authority at ${base} (${causeOf(error)})`,
    'Is it running (sekisho serve), and is the address right? For a private CA set NODE_EXTRA_CA_CERTS.',
  );

const causeOf = (error: unknown): string => {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (cause instanceof Error && 'code' in cause) return String(cause.code);
  return cause instanceof Error ? cause.name : 'unknown';
};

export const overNetwork =
  (base: string): Transport =>
  ({ method, url, headers, body }) =>
    TE.tryCatch(
      async () => {
        const reply = await fetch(new URL(url, base), {
          method,
          headers,
          redirect: 'error',
          signal: AbortSignal.timeout(TIMEOUT_MS),
          ...(body === undefined ? {} : { body }),
        });
        return {
          status: reply.status,
          headers: Object.fromEntries(reply.headers),
          body: new Uint8Array(await reply.arrayBuffer()),
        };
      },
      (error) => unreachable(base, error),
    );

export const inProcess =
  (app: FastifyInstance): Transport =>
  ({ method, url, headers, body }) =>
    TE.tryCatch(
      async () => {
        const reply = await app.inject({ method, url, headers, ...(body === undefined ? {} : { payload: body }) });
        const plain = Object.entries(reply.headers).map(([name, value]) => [name, String(value)] as const);
        return { status: reply.statusCode, headers: Object.fromEntries(plain), body: new Uint8Array(reply.rawPayload) };
      },
      () => unavailable('AuthorityFailed', 'the authority failed inside this process'),
    );
