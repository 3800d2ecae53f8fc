import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import type { AgentError } from './agent-error.js';

const ANSWER_CAP = 262_144;
const TIMEOUT_MILLISECONDS = 60_000;
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

export interface HttpAnswer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly body: Uint8Array;
}

/** Sends JSON, follows no redirect. Right is any answer, also a refusal. */
export type PostJson = (path: string, body: unknown) => TE.TaskEither<AgentError, HttpAnswer>;

export interface AuthorityAddress {
  readonly url: string;
  /** PEM of the only CAs to believe; undefined: the system's. */
  readonly ca: string | undefined;
}

export interface AddressFault {
  readonly _tag: 'AddressFault';
  readonly rule: string;
}

const addressFault = (rule: string): E.Either<AddressFault, never> => E.left({ _tag: 'AddressFault', rule });

/** Evidence names a host's weaknesses, so it travels in TLS; only an authority on this very machine may do without. */
const baseOf = (text: string): E.Either<AddressFault, URL> => {
  if (!URL.canParse(text)) return addressFault('must be a URL');
  const url = new URL(text);
  if (url.username !== '' || url.search !== '' || url.hash !== '')
    return addressFault('must have no user, query or fragment');
  if (url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.test(url.hostname))) return E.right(url);
  return addressFault('must be https, or http on the loopback address');
};

const causeOf = (reason: Error): string => {
  if (!('code' in reason)) return reason.message;
  return reason.code === 'EPROTO' ? 'EPROTO (what listens there speaks no TLS)' : String(reason.code);
};

const post = (url: URL, ca: string | undefined, text: string): Promise<E.Either<AgentError, HttpAnswer>> =>
  new Promise((resolve) => {
    const fail = (detail: string): void =>
      resolve(E.left({ _tag: 'AuthorityUnreachable', detail: `${url.origin}: ${detail}` }));
    const headers = {
      accept: 'application/json',
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
    };
    const options = { method: 'POST', headers, agent: false, signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS) };
    const request =
      url.protocol === 'https:'
        ? httpsRequest(url, { ...options, ...(ca === undefined ? {} : { ca }) })
        : httpRequest(url, options);
    request.on('error', (reason) => fail(causeOf(reason)));
    request.on('response', (response) => {
      const chunks: Array<Buffer> = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > ANSWER_CAP) response.destroy(new Error(`answer of more than ${String(ANSWER_CAP)} bytes`));
        else chunks.push(chunk);
      });
      response.on('error', (reason) => fail(causeOf(reason)));
      response.on('end', () => {
        const retryAfter = response.headers['retry-after'];
        resolve(E.right({ status: response.statusCode ?? 0, retryAfter, body: new Uint8Array(Buffer.concat(chunks)) }));
      });
    });
    request.end(text);
  });

export const postJson = (address: AuthorityAddress): E.Either<AddressFault, PostJson> =>
  pipe(
    baseOf(address.url),
    E.map((base): PostJson => {
      const prefix = base.pathname.replace(/\/+$/, '');
      return (path, body) => () => post(new URL(prefix + path, base), address.ca, JSON.stringify(body));
    }),
  );
