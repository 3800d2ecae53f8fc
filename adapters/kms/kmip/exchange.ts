import * as E from 'fp-ts/lib/Either.js';
import type { KeyServerFault } from '../../../domain/key-provider/key-servers.js';
import type { Random } from '../../../domain/ports.js';
import type { OperationName } from './messages/enumerations.js';
import { type Credential, type Request, requestMessage } from './messages/request.js';
import { readResponse } from './messages/response.js';
import type { Version } from './messages/version.js';
import type { Operation } from './operations/operation.js';
import type { Connection } from './transport/connection.js';
import { misbehaved } from './transport/transport-fault.js';
import { readTtlv } from './ttlv/read-ttlv.js';
import { writeTtlv } from './ttlv/write-ttlv.js';

/** Why an operation has no result, and whether the server may have carried it out all the same. */
export interface Unanswered {
  readonly fault: KeyServerFault;
  readonly mayBeDone: boolean;
}

export type Answered<A> = E.Either<Unanswered, A>;

export type Exchange = <A>(connection: Connection, version: Version, operation: Operation<A>) => Promise<Answered<A>>;

const BATCH_ITEM_ID_BYTES = 8;

/** Reasons that speak of us and not of what was asked. */
const ABOUT_US: ReadonlySet<string> = new Set([
  'AuthenticationNotSuccessful',
  'NotAuthorised',
  'BadPassword',
  'AttestationRequired',
  'AttestationFailed',
]);

const refusal = (server: string, operation: OperationName, reason: string): KeyServerFault =>
  ABOUT_US.has(reason)
    ? { _tag: 'KeyServerTrustsUsNot', server, reason }
    : { _tag: 'KeyServerRefused', server, operation, reason };

export const unsent = (fault: KeyServerFault): E.Either<Unanswered, never> => E.left({ fault, mayBeDone: false });
const sent = (fault: KeyServerFault): E.Either<Unanswered, never> => E.left({ fault, mayBeDone: true });

const readAnswer = <A>(server: string, operation: Operation<A>, request: Request, answer: Uint8Array): Answered<A> => {
  const lied = (rule: string): E.Either<Unanswered, never> =>
    sent(misbehaved(server, `answer to ${operation.name}: ${rule}`));
  const item = readTtlv(answer);
  if (E.isLeft(item)) return lied(`${item.left.field} ${item.left.rule}`.trimStart());
  const outcome = readResponse(request, item.right);
  if (E.isLeft(outcome)) return lied(outcome.left);
  if (outcome.right._tag === 'Failed') return unsent(refusal(server, operation.name, outcome.right.reason));
  const result = operation.read(outcome.right.payload);
  return E.isLeft(result) ? lied(result.left) : result;
};

/** Asks one thing on one connection. The answer's bytes are erased once they are read; a server that lies loses the connection. */
export const createExchange =
  (server: string, credential: Credential | undefined, random: Random): Exchange =>
  async (connection, version, operation) => {
    const batchItemId = random.bytes(BATCH_ITEM_ID_BYTES);
    const payload = operation.payload(version);
    const request: Request = { version, credential, operation: operation.name, batchItemId, payload };
    const answer = await connection.exchange(writeTtlv(requestMessage(request)));
    if (E.isLeft(answer)) return sent(answer.left);
    const result = readAnswer(server, operation, request, answer.right);
    answer.right.fill(0);
    if (E.isLeft(result) && result.left.fault._tag === 'KeyServerMisbehaved') connection.end();
    return result;
  };
