import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { closed } from '../../domain/encoding/closed.js';
import { decode } from '../../domain/encoding/explain.js';
import { Uuid } from '../../domain/ledger/envelope.js';
import type { Principal } from '../access/tokens.js';
import type { ApiError } from './api-error.js';
import { parseBody } from './json-body.js';
import type { Operation } from './permissions.js';

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

export interface Answer<A> {
  readonly status?: 200 | 201 | 202 | 308 | 404 | 503;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: A;
}

/** What a handler gets: decoded values only. */
export interface ApiRequest<P, Q, B> {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  /** Undefined on anonymous routes. */
  readonly principal: Principal | undefined;
  /** From Idempotency-Key, or new: the same id again appends nothing new. */
  readonly commandId: string;
  readonly ifMatch: string | undefined;
  readonly address: string;
  readonly acceptEncoding: string | undefined;
  /** What follows "Bearer" in Authorization, on routes that hosts come to with a token. Never log it. */
  readonly bearer: string | undefined;
}

/** One route: its codecs are checked before `handle` runs and are what OpenAPI is made from. */
interface RouteDescription<P, Q, B, A> {
  readonly method: Method;
  /** With parameters in braces, as OpenAPI writes them; `{+name}` is the rest of the path, slashes included. */
  readonly path: string;
  readonly operation: Operation;
  readonly summary: string;
  readonly params: t.Type<P, unknown>;
  readonly query: t.Type<Q, unknown>;
  readonly body: t.Type<B, unknown>;
  readonly answer: t.Type<A, unknown>;
  readonly handle: (request: ApiRequest<P, Q, B>) => TE.TaskEither<ApiError, Answer<A>>;
}

/** A request as it came, access already granted. */
export interface RawRequest {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: Uint8Array | undefined;
  readonly principal: Principal | undefined;
  readonly idempotencyKey: string | undefined;
  readonly ifMatch: string | undefined;
  readonly address: string;
  readonly acceptEncoding: string | undefined;
  readonly bearer: string | undefined;
  /** Why it is to be done by one person alone, percent-encoded; undefined: it is not. */
  readonly breakGlass?: string | undefined;
  readonly newCommandId: () => string;
}

/** A route with its types closed over: what the server registers and what OpenAPI is made from. */
export interface Route {
  readonly method: Method;
  readonly path: string;
  readonly operation: Operation;
  readonly summary: string;
  readonly params: t.Mixed;
  readonly query: t.Mixed;
  readonly body: t.Mixed;
  readonly answer: t.Mixed;
  /** Whether `run` would understand the request; does nothing. */
  readonly check: (raw: RawRequest) => E.Either<ApiError, unknown>;
  readonly run: (raw: RawRequest) => TE.TaskEither<ApiError, Answer<unknown>>;
}

/** Posts that change nothing. */
const READING_POSTS: ReadonlySet<string> = new Set(['replay', 'verify']);

export const isReading = ({ method, operation }: Pick<Route, 'method' | 'operation'>): boolean =>
  method === 'GET' || READING_POSTS.has(operation);

/** Accepts no parameter at all. */
export const Nothing = closed({}, 'Nothing');
export const NoBody = t.undefined;

const commandIdOf = (raw: RawRequest): E.Either<ApiError, string> =>
  raw.idempotencyKey === undefined
    ? E.right(raw.newCommandId())
    : pipe(
        decode(closed({ 'Idempotency-Key': Uuid }, 'Headers'))({ 'Idempotency-Key': raw.idempotencyKey }),
        E.map((h) => h['Idempotency-Key']),
      );

const bodyOf = <B>(codec: t.Type<B, unknown>, bytes: Uint8Array | undefined): E.Either<ApiError, B> => {
  if ((codec as t.Mixed) === NoBody) return decode(codec)(undefined);
  const json = parseBody(bytes);
  return E.isLeft(json) ? json : decode(codec)(json.right);
};

/** Step by step without combinators: every request comes through here, and some thousands of times a second. */
const decoded = <P, Q, B, A>(
  description: RouteDescription<P, Q, B, A>,
  raw: RawRequest,
): E.Either<ApiError, ApiRequest<P, Q, B>> => {
  const { principal, ifMatch, address, acceptEncoding, bearer } = raw;
  const params = decode(description.params)(raw.params);
  if (E.isLeft(params)) return params;
  const query = decode(description.query)(raw.query);
  if (E.isLeft(query)) return query;
  const commandId = commandIdOf(raw);
  if (E.isLeft(commandId)) return commandId;
  const body = bodyOf(description.body, raw.body);
  if (E.isLeft(body)) return body;
  const values = { params: params.right, query: query.right, body: body.right, commandId: commandId.right };
  return E.right({ ...values, principal, ifMatch, address, acceptEncoding, bearer });
};

export const route = <P, Q, B, A>(description: RouteDescription<P, Q, B, A>): Route => ({
  ...description,
  check: (raw) => decoded(description, raw),
  run: (raw) => {
    const request = decoded(description, raw);
    return E.isLeft(request) ? TE.left(request.left) : description.handle(request.right);
  },
});
