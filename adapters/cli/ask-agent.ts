import { request } from 'node:http';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { fromBase64, fromUtf8, isBase64 } from '../../domain/encoding/bytes.js';
import { decode } from '../../domain/encoding/explain.js';
import { parseJson } from '../../domain/encoding/json.js';
import { Text } from '../../domain/encoding/primitives.js';
import { type AgentError, describeAgentError } from '../agent/agent-error.js';
import { answerKeyRequest } from '../agent/answer-key-request.js';
import { attest } from '../agent/attest.js';
import type { KeyAnswer, KeyRequest } from '../agent/key-request.js';
import { type AttesterOptions, describeUnusable, makeAttester } from '../agent/make-attester.js';
import { exitCodeOf } from '../agent/run-agent.js';
import { eraseWrappingKey } from '../agent/wrapping-key.js';
import { badInput, type CliFailure, negative, refused, unavailable } from './failure.js';

export const failureOf = (error: AgentError): CliFailure =>
  (exitCodeOf(error) === 3 ? refused : unavailable)(
    error._tag === 'AuthorityRefused' ? error.code : error._tag,
    describeAgentError(error),
  );

/** Attests and asks at once: nothing of it outlives the answer. */
export const askAfterAttesting = (options: AttesterOptions, asked: KeyRequest): TE.TaskEither<CliFailure, KeyAnswer> =>
  pipe(
    makeAttester(options, () => undefined),
    TE.mapLeft((fault) => badInput(fault._tag, describeUnusable(fault))),
    TE.flatMap((client) =>
      pipe(
        attest(client.attester),
        TE.mapLeft(failureOf),
        TE.flatMap(({ result, access }): TE.TaskEither<CliFailure, KeyAnswer> => {
          const reasons = result.reasons.map(({ code }) => code).join(', ');
          if (result.verdict !== 'affirming')
            return TE.left(negative('NotTrusted', `this host is not trusted: ${reasons}`));
          if (access === undefined) {
            return TE.left(refused('NoAccess', 'the authority trusts this host, but gives it no access to keys'));
          }
          return pipe(
            answerKeyRequest({ ...client, access }, asked),
            TE.bimap(failureOf, (answer) => answer),
            TE.tapIO(() => () => eraseWrappingKey(access.wrappingKey)),
          );
        }),
      ),
    ),
  );

const ANSWER_CAP = 65_536;
const TIMEOUT_MILLISECONDS = 180_000;

interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Buffer;
}

const post = (socketPath: string, text: string): Promise<Reply> =>
  new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
    const signal = AbortSignal.timeout(TIMEOUT_MILLISECONDS);
    const asking = request({ socketPath, path: '/', method: 'POST', headers, signal, maxHeaderSize: ANSWER_CAP });
    asking.on('error', reject);
    asking.on('response', (response) => {
      const chunks: Array<Buffer> = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > ANSWER_CAP) response.destroy(new Error('too large'));
        else chunks.push(chunk);
      });
      response.on('error', reject);
      response.on('end', () => {
        const body = Buffer.concat(chunks);
        for (const chunk of chunks) chunk.fill(0);
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
      });
    });
    asking.end(text);
  });

const Refusal = t.type({
  exit: t.union([t.literal(2), t.literal(3), t.literal(4)]),
  code: Text(64),
  message: Text(4_096),
});

const refusalOf = (body: Uint8Array): CliFailure =>
  pipe(
    parseJson(fromUtf8(body) ?? ''),
    E.flatMap(decode(Refusal)),
    E.match(
      () => unavailable('AgentMisbehaved', 'what answers there is no agent'),
      ({ exit, code, message }) => ({ 2: badInput, 3: refused, 4: unavailable })[exit](code, message),
    ),
  );

const answerOf = ({ status, headers, body }: Reply): E.Either<CliFailure, KeyAnswer> => {
  if (status !== 200) return E.left(refusalOf(body));
  const [keyId, ciphertext] = [headers['sekisho-key-id'], headers['sekisho-ciphertext']];
  if (typeof keyId !== 'string' || (typeof ciphertext === 'string' && !isBase64(ciphertext))) {
    return E.left(unavailable('AgentMisbehaved', 'what answers there is no agent'));
  }
  return E.right({
    keyId,
    ciphertext: typeof ciphertext === 'string' ? fromBase64(ciphertext) : undefined,
    key: body.length === 0 ? undefined : body,
  });
};

/** Of an agent that runs: the TPM has nothing to do for it. */
export const askRunningAgent = (socket: string, asked: KeyRequest): TE.TaskEither<CliFailure, KeyAnswer> =>
  pipe(
    TE.tryCatch(
      () => post(socket, JSON.stringify(asked)),
      () => unavailable('AgentUnreachable', `no agent answers at ${socket}`),
    ),
    TE.flatMapEither(answerOf),
  );
