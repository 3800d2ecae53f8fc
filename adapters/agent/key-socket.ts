import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { fromUtf8, toBase64 } from '../../domain/encoding/bytes.js';
import { decode } from '../../domain/encoding/explain.js';
import { parseJson } from '../../domain/encoding/json.js';
import { clearSocket, listenPrivately } from '../net/unix-socket.js';
import { type AgentError, describeAgentError } from './agent-error.js';
import { answerKeyRequest } from './answer-key-request.js';
import type { HeldAccess } from './held-access.js';
import type { KeyAccess } from './key-access.js';
import { type KeyAnswer, KeyRequest } from './key-request.js';
import type { HostClient } from './make-attester.js';

const REQUEST_CAP = 65_536;

type Refusal =
  | AgentError
  | { readonly _tag: 'RequestMalformed'; readonly rule: string }
  | { readonly _tag: 'NoAccess' };

const malformed = (rule: string): Refusal => ({ _tag: 'RequestMalformed', rule });

const bodyOf = (request: IncomingMessage): TE.TaskEither<Refusal, Uint8Array> =>
  TE.tryCatch(
    async () => {
      const chunks: Array<Buffer> = [];
      let size = 0;
      for await (const chunk of request as AsyncIterable<Buffer>) {
        size += chunk.length;
        if (size > REQUEST_CAP) throw new Error('too large');
        chunks.push(chunk);
      }
      return new Uint8Array(Buffer.concat(chunks));
    },
    () => malformed(`must be at most ${String(REQUEST_CAP)} bytes`),
  );

const requestOf = (bytes: Uint8Array): E.Either<Refusal, KeyRequest> =>
  pipe(
    fromUtf8(bytes),
    E.fromNullable(malformed('must be UTF-8')),
    E.flatMap((text) =>
      pipe(
        parseJson(text),
        E.mapLeft(({ rule }) => malformed(rule)),
      ),
    ),
    E.flatMap((json) =>
      pipe(
        decode(KeyRequest)(json),
        E.mapLeft(({ faults: [fault] }) => malformed(`${fault?.field ?? ''} ${fault?.rule ?? 'is malformed'}`)),
      ),
    ),
  );

/** A token that ends meanwhile would only be refused. */
const LEAST_MILLISECONDS = 10_000;

const currentAccess = (client: HostClient, held: HeldAccess): TE.TaskEither<Refusal, KeyAccess> => {
  const access = held.current();
  if (access === undefined) return TE.left({ _tag: 'NoAccess' });
  if (Date.parse(access.expiresAt) - Date.now() > LEAST_MILLISECONDS) return TE.right(access);
  return pipe(
    client.service.renew(access.token),
    TE.tapIO(
      ({ token, expiresAt }) =>
        () =>
          held.renew(token, expiresAt),
    ),
    TE.map(({ token, expiresAt }) => ({ ...access, token, expiresAt })),
  );
};

const answerTo = (client: HostClient, held: HeldAccess, request: IncomingMessage): TE.TaskEither<Refusal, KeyAnswer> =>
  pipe(
    bodyOf(request),
    TE.flatMapEither(requestOf),
    TE.bindTo('asked'),
    TE.bind('access', () => currentAccess(client, held)),
    TE.flatMap(
      ({ asked, access }): TE.TaskEither<Refusal, KeyAnswer> => answerKeyRequest({ ...client, access }, asked),
    ),
    TE.tapIO(
      ({ keyId }) =>
        () =>
          held.released(keyId),
    ),
  );

const describe = (refusal: Refusal): readonly [exit: number, message: string] => {
  if (refusal._tag === 'RequestMalformed') return [2, `the request ${refusal.rule}`];
  if (refusal._tag === 'NoAccess') return [3, 'this host may have no keys now: its log says why'];
  return [refusal._tag === 'AuthorityRefused' && refusal.status < 500 ? 3 : 4, describeAgentError(refusal)];
};

/** The key in plain bytes, so that no text of it is left behind; what it is known by in the headers. */
const send = (response: ServerResponse, answer: E.Either<Refusal, KeyAnswer>): void => {
  if (E.isLeft(answer)) {
    const [exit, message] = describe(answer.left);
    response.writeHead(exit === 2 ? 400 : exit === 3 ? 403 : 503, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ exit, code: answer.left._tag, message }));
    return;
  }
  const { keyId, ciphertext, key } = answer.right;
  response.writeHead(200, {
    'content-type': 'application/octet-stream',
    'sekisho-key-id': keyId,
    ...(ciphertext === undefined ? {} : { 'sekisho-ciphertext': toBase64(ciphertext) }),
  });
  response.end(key ?? new Uint8Array(), () => key?.fill(0));
};

/** Serves local programs of the same user, or root. Right ends it. */
export const openKeySocket = async (
  path: string | undefined,
  client: HostClient,
  held: HeldAccess,
): Promise<E.Either<AgentError, () => Promise<void>>> => {
  if (path === undefined) return E.right(() => Promise.resolve());
  const fault = await clearSocket(path, 'agent');
  if (fault !== undefined) return E.left({ _tag: 'FileFault', file: path, rule: fault });
  const server = createServer((request, response) => {
    void answerTo(client, held, request)().then((answer) => send(response, answer));
  });
  try {
    await listenPrivately(server, path);
  } catch {
    return E.left({ _tag: 'FileFault', file: path, rule: 'can not be made' });
  }
  return E.right(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
};
