import * as TE from 'fp-ts/lib/TaskEither.js';

export interface HttpAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: Uint8Array;
}

export interface HttpFailure {
  readonly _tag: 'HttpFailure';
  readonly detail: string;
}

/** The body as far as `most` bytes; a longer one is an error, and the connection is given up. */
const readBody = async (response: Response, most: number): Promise<Uint8Array> => {
  const parts: Array<Uint8Array> = [];
  let size = 0;
  // The types of the body's two worlds don't name the async iterator that it has.
  for await (const part of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    size += part.length;
    if (size > most) throw new Error(`answer of more than ${String(most)} bytes`);
    parts.push(part);
  }
  return new Uint8Array(Buffer.concat(parts));
};

const detailOf = (error: unknown): string => {
  if (!(error instanceof Error)) return 'unknown error';
  const cause = error.cause instanceof Error && 'code' in error.cause ? String(error.cause.code) : undefined;
  const late = error.name === 'TimeoutError' || error.name === 'AbortError';
  return cause ?? (late ? 'timed out' : error.message);
};

interface Limits {
  readonly millis: number;
  readonly mostBytes: number;
  readonly signal?: AbortSignal;
}

const ask = (url: string, init: RequestInit, limits: Limits): TE.TaskEither<HttpFailure, HttpAnswer> =>
  TE.tryCatch(
    async () => {
      const late = AbortSignal.timeout(limits.millis);
      const signal = limits.signal === undefined ? late : AbortSignal.any([limits.signal, late]);
      const response = await fetch(url, { ...init, redirect: 'error', signal });
      const contentType = response.headers.get('content-type') ?? '';
      return { status: response.status, contentType, body: await readBody(response, limits.mostBytes) };
    },
    (error) => ({ _tag: 'HttpFailure', detail: detailOf(error) }),
  );

/** One POST without redirects, with its time and its answer bounded. */
export const post = (url: string, body: Uint8Array, limits: Limits): TE.TaskEither<HttpFailure, HttpAnswer> =>
  ask(url, { method: 'POST', body, headers: { 'content-type': 'text/plain; charset=utf-8' } }, limits);

/** One GET of JSON, bounded in the same way. */
export const get = (url: string, limits: Limits): TE.TaskEither<HttpFailure, HttpAnswer> =>
  ask(url, { headers: { accept: 'application/json' } }, limits);
