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

export interface Question {
  readonly path: string;
  /** Undefined: a GET. */
  readonly body?: unknown;
  /** A token of this host. */
  readonly bearer?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Sends JSON, follows no redirect. Right is any answer, also a refusal. */
export type AskJson = (question: Question) => TE.TaskEither<AgentError, HttpAnswer>;

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

const headersOf = ({ bearer }: Question, text: string | undefined): Record<string, string | number> => ({
  accept: 'application/json',
  ...(text === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
  ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
});

const endOf = ({ signal }: Question): AbortSignal => {
  const late = AbortSignal.timeout(TIMEOUT_MILLISECONDS);
  return signal === undefined ? late : AbortSignal.any([signal, late]);
};

const ask = (url: URL, ca: string | undefined, question: Question): Promise<E.Either<AgentError, HttpAnswer>> =>
  new Promise((resolve) => {
    const text = question.body === undefined ? undefined : JSON.stringify(question.body);
    const fail = (detail: string): void =>
      resolve(E.left({ _tag: 'AuthorityUnreachable', detail: `${url.origin}: ${detail}` }));
    const method = text === undefined ? 'GET' : 'POST';
    const options = { method, headers: headersOf(question, text), agent: false, signal: endOf(question) };
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

export const askJson = (address: AuthorityAddress): E.Either<AddressFault, AskJson> =>
  pipe(
    baseOf(address.url),
    E.map((base): AskJson => {
      const prefix = base.pathname.replace(/\/+$/, '');
      return (question) => () => ask(new URL(prefix + question.path, base), address.ca, question);
    }),
  );
