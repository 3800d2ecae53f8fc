import type * as TE from 'fp-ts/lib/TaskEither.js';
import type * as t from 'io-ts';
import type { Request } from '../../domain/authority-deps.js';
import type { DomainEvent } from '../../domain/ledger/envelope.js';
import type { Executed } from '../../domain/ledger/execute.js';
import { recorded, requestOf } from './api.js';
import type { ApiError } from './api-error.js';
import { Recorded } from './codecs/answers.js';
import type { Operation } from './permissions.js';
import { type ApiRequest, type Method, Nothing, type Route, route } from './route.js';

/** An operator's command whose answer is what it recorded. */
interface CommandDescription<P, B> {
  readonly method: Method;
  readonly path: string;
  readonly operation: Operation;
  readonly summary: string;
  readonly params: t.Type<P, unknown>;
  readonly body: t.Type<B, unknown>;
  readonly stream: (params: P, body: B) => string;
  readonly work: (
    by: Request,
    request: ApiRequest<P, unknown, B>,
  ) => TE.TaskEither<ApiError, Executed<unknown, DomainEvent>>;
}

export const commandRoute = <P, B>({ stream, work, ...rest }: CommandDescription<P, B>): Route =>
  route({
    ...rest,
    query: Nothing,
    answer: Recorded,
    handle: (request) => recorded(stream(request.params, request.body), work(requestOf(request), request)),
  });
