import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { fromUtf8 } from '../../domain/encoding/bytes.js';
import { decode } from '../../domain/encoding/explain.js';
import { parseJson } from '../../domain/encoding/json.js';
import { ListUpTo } from '../../domain/encoding/primitives.js';
import { ApprovalPending } from '../http/codecs/approvals.js';
import type { Operation } from '../http/permissions.js';
import type { Method } from '../http/route.js';
import { badInput, type CliFailure, refused, unavailable } from './failure.js';
import type { HttpReply, Transport } from './transport.js';

export interface Call {
  readonly operation: Operation;
  readonly method: Method;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: unknown;
  readonly ifMatch?: string;
  /** A UUID: the same one again records nothing twice. */
  readonly commandId?: string;
}

export interface Reply<A> {
  readonly body: A;
  readonly etag: string | undefined;
}

/** The authority as a command sees it. */
export interface AuthorityClient {
  readonly call: <A>(call: Call, answer: t.Type<A, unknown>) => TE.TaskEither<CliFailure, Reply<A>>;
  readonly blob: (call: Call) => TE.TaskEither<CliFailure, Uint8Array>;
}

const Problem = t.intersection([
  t.type({ code: t.string, title: t.string, detail: t.string, status: t.number }),
  t.partial({ faults: ListUpTo(t.type({ field: t.string, rule: t.string }), 64) }),
]);

const BAD_INPUT = new Set([400, 413, 415, 422, 428]);

const ADVICE: Readonly<Record<string, string>> = {
  RoleNotAllowed: 'Choose an operator with --as SUBJECT (sekisho operator list shows who may what).',
  SameOperator: 'Let another trust administrator approve: --as SUBJECT.',
  SamePerson: 'Let somebody else do it: --as SUBJECT (sekisho operator list shows who counts as whom).',
  Unauthenticated: 'Give a valid token: --token-file FILE, or --dir DIR --as SUBJECT on the authority itself.',
};

const failureOf = (reply: HttpReply): CliFailure => {
  const read = pipe(
    E.fromNullable(undefined)(fromUtf8(reply.body)),
    E.flatMap((text) => parseJson(text)),
    E.flatMap(decode(Problem)),
  );
  if (E.isLeft(read)) {
    return unavailable('AnswerMalformed', `the answer (${String(reply.status)}) is not one of a Sekisho authority`);
  }
  const { code, title, detail } = read.right;
  const make = BAD_INPUT.has(reply.status) ? badInput : reply.status >= 500 ? unavailable : refused;
  return make(code, `${title}: ${detail}`, ADVICE[code]);
};

/** Nothing was done yet, and that is no failure of the request: but who expects it done must hear so. */
const pendingOf = (reply: HttpReply): CliFailure => {
  const read = pipe(
    E.fromNullable<unknown>(undefined)(fromUtf8(reply.body)),
    E.flatMap((text) => parseJson(text)),
    E.flatMap(decode(ApprovalPending)),
  );
  if (E.isLeft(read)) return unavailable('AnswerMalformed', 'the answer (202) is not one of a Sekisho authority');
  const { id, summary, expires } = read.right.approval;
  return refused(
    'ApprovalPending',
    `needs a second person: ${summary}`,
    `Let another one run "sekisho approval approve ${id}" before ${expires}, then send this command again.`,
  );
};

const urlOf = ({ path, query = {} }: Call): string => {
  const given = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) if (value !== undefined) given.set(key, String(value));
  return given.size === 0 ? path : `${path}?${given.toString()}`;
};

const headersOf = (
  call: Call,
  token: string | undefined,
  breakGlass: string | undefined,
): Readonly<Record<string, string>> => ({
  accept: 'application/json',
  ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
  ...(breakGlass === undefined || call.method === 'GET'
    ? {}
    : { 'sekisho-break-glass': encodeURIComponent(breakGlass) }),
  ...(call.ifMatch === undefined ? {} : { 'if-match': call.ifMatch }),
  ...(call.commandId === undefined ? {} : { 'idempotency-key': call.commandId }),
});

const answerOf = <A>(reply: HttpReply, codec: t.Type<A, unknown>): E.Either<CliFailure, Reply<A>> =>
  pipe(
    E.fromNullable<unknown>(undefined)(fromUtf8(reply.body)),
    E.flatMap((text) => parseJson(text)),
    E.flatMap(decode(codec)),
    E.bimap(
      () => unavailable('AnswerMalformed', 'the authority answers in a way that this program does not understand'),
      (body) => ({ body, etag: reply.headers['etag'] }),
    ),
  );

/** `tokenFor` finds whom the command speaks as; anonymous operations get none. */
export const makeClient = (
  transport: Transport,
  tokenFor: (operation: Operation) => TE.TaskEither<CliFailure, string | undefined>,
  breakGlass?: string,
): AuthorityClient => {
  const send = (call: Call): TE.TaskEither<CliFailure, HttpReply> =>
    pipe(
      tokenFor(call.operation),
      TE.flatMap((token) =>
        transport({
          method: call.method,
          url: urlOf(call),
          headers: headersOf(call, token, breakGlass),
          body: call.body === undefined ? undefined : JSON.stringify(call.body),
        }),
      ),
      TE.flatMap((reply) => {
        if (reply.status === 202) return TE.left(pendingOf(reply));
        return reply.status < 300 ? TE.right(reply) : TE.left(failureOf(reply));
      }),
    );
  return {
    call: (call, answer) =>
      pipe(
        send(call),
        TE.flatMapEither((reply) => answerOf(reply, answer)),
      ),
    blob: (call) =>
      pipe(
        send(call),
        TE.map(({ body }) => body),
      ),
  };
};
