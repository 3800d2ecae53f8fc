import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { VerdictRecord } from '../appraisal/verdict-record.js';
import type { AuthorityDeps } from '../authority-deps.js';
import type { Executed, ExecuteFault } from '../ledger/execute.js';
import type { LoadFault } from '../ledger/load-stream.js';
import type { DocumentFault } from '../reference/load-reference-values.js';
import type { HostRejection } from './commands.js';
import { answerable } from './decide-attestation.js';
import type { HostEvent } from './events.js';
import { hostStream } from './host-id.js';
import { currentHost, executeHost, hostActor } from './host-stream.js';
import { type JudgeFault, judgeEvidence } from './judge-evidence.js';
import {
  type Answer,
  type AnswerFault,
  type AttestHostInput,
  type OwnEvidence,
  ownEvidence,
  toAnswer,
} from './own-evidence.js';
import type { HostState } from './state.js';
import { verifiedOnce } from './verified-once.js';

export type { AttestHostInput } from './own-evidence.js';

/** The verdict as it was recorded, and where. */
export interface Judged {
  readonly index: number;
  readonly revision: number;
  readonly recordedAt: string;
  readonly record: VerdictRecord;
}

export type AttestFault = AnswerFault | JudgeFault | ExecuteFault;

/** What `execute` folded just before it asks us to prepare; read again only if it was pushed out of the cache. */
const foldedHost = (deps: AuthorityDeps, host: string): TE.TaskEither<LoadFault, HostState> => {
  const folded = deps.caches.host.get(hostStream(host));
  return folded === undefined
    ? pipe(
        currentHost(deps)(host),
        TE.map(({ state }) => state),
      )
    : TE.right(folded.state);
};

interface Screened {
  readonly answer: Answer;
  readonly own: OwnEvidence;
}

/** What was screened for the AK that is certified still, needs no second look; the challenge does, it may be used by now. */
const stillOwn = (
  deps: AuthorityDeps,
  { answer, own }: Screened,
  state: HostState,
): TE.TaskEither<HostRejection | DocumentFault, OwnEvidence> =>
  pipe(
    TE.fromEither(answerable(answer.challenge, deps.clock.now(), state)),
    TE.flatMap((key) => (key.activation === own.key.activation ? TE.right(own) : ownEvidence(deps, answer, state))),
  );

/** In turn with all that is written about this host: what the evidence is judged against is what the verdict follows. */
const record = (
  deps: AuthorityDeps,
  screened: Screened,
): TE.TaskEither<AttestFault, Executed<HostState, HostEvent>> => {
  const { host } = screened.answer.input;
  return executeHost(deps)<JudgeFault>({
    host,
    commandId: deps.random.uuid(),
    actor: hostActor(host),
    prepare: () =>
      pipe(
        TE.Do,
        TE.bind('state', () => foldedHost(deps, host)),
        TE.bindW('own', ({ state }) => stillOwn(deps, screened, state)),
        TE.flatMap(({ state, own }) => judgeEvidence(deps, screened.answer, state, own)),
      ),
  });
};

/** Strangers get here without a TPM: this much, and no more, is known to be the host's own. */
const screen = (deps: AuthorityDeps, input: AttestHostInput): TE.TaskEither<AttestFault, Screened> =>
  pipe(
    TE.fromEither(toAnswer(deps, input)),
    TE.flatMap((answer) =>
      pipe(
        currentHost(deps)(input.host),
        TE.flatMap(({ state }) => ownEvidence(deps, answer, state)),
        TE.map((own) => ({ answer, own })),
      ),
    ),
  );

const FOREIGN: ReadonlyArray<string> = ['ChallengeForged', 'ChallengeExpired', 'ChallengeUsed'];

const foreignReason = (fault: AttestFault): string | undefined =>
  fault._tag === 'EvidenceNotHostsOwn'
    ? (fault.reasons[0]?.code ?? fault._tag)
    : FOREIGN.find((tag) => tag === fault._tag);

/** Only for hosts that exist: names that strangers make up are not counted. */
const count = (deps: AuthorityDeps, host: string, fault: AttestFault): TE.TaskEither<AttestFault, Judged> => {
  const reason = foreignReason(fault);
  if (reason === undefined) return TE.left(fault);
  return pipe(
    currentHost(deps)(host),
    TE.flatMap(({ state }) => {
      if (state.status === 'enrolled') deps.foreignEvidence.count(host, reason, deps.clock.now());
      return TE.left(fault);
    }),
  );
};

const judgedOf = ({ events: [recorded] }: Executed<HostState, HostEvent>): E.Either<AttestFault, Judged> => {
  const event = recorded?.event;
  if (recorded === undefined || (event?.type !== 'HostAttested' && event?.type !== 'AttestationRefused')) {
    return E.left({ _tag: 'ChallengeUsed' });
  }
  const { index, revision, recordedAt } = recorded;
  return E.right({ index, revision, recordedAt, record: event.data.record });
};

/**
 * Judges a host. Right, with a verdict of either kind, only when its event is durable. Left: nothing is known about the host
 * and nothing was recorded; evidence that was not the host's own is counted.
 */
export const attestHost =
  (given: AuthorityDeps) =>
  (input: AttestHostInput): TE.TaskEither<AttestFault, Judged> => {
    const deps = { ...given, signatures: verifiedOnce(given.signatures) };
    return pipe(
      screen(deps, input),
      TE.flatMap((screened) => record(deps, screened)),
      TE.flatMapEither(judgedOf),
      TE.orElse((fault) => count(deps, input.host, fault)),
    );
  };
