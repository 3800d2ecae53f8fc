import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { AppraisalResult } from '../appraisal/appraiser.js';
import type { ReferenceValues } from '../appraisal/reference-values.js';
import { hostCatalogue } from '../host/events.js';
import { hostStream } from '../host/host-id.js';
import { contextOf, evolveHost, unknownHost } from '../host/state.js';
import type { Recorded, StreamId } from '../ledger/envelope.js';
import type { LedgerReader } from '../ledger/ledger.js';
import { type LoadFault, loadStream } from '../ledger/load-stream.js';
import type { ReferenceRejection } from '../reference/commands.js';
import { referenceCatalogue } from '../reference/events.js';
import { type DocumentFault, referenceValuesAt } from '../reference/load-reference-values.js';
import { evolveReference, noReferenceValues } from '../reference/state.js';
import { changedValues, knownIn, type WouldBe } from '../reference/would-be.js';
import { appraiseAgain } from './appraise-again.js';
import type { Difference } from './difference.js';
import { isVerdict, type VerdictEvent } from './history.js';
import { loadEvidence } from './load-evidence.js';
import type { ReplayDeps } from './replay-verdict.js';

/** What evidence is judged by in a rehearsal: the reference values as they are, and as they would be. */
export interface Rehearsal {
  readonly now: ReferenceValues;
  readonly then: ReferenceValues;
  /** The time that counts for certificates and exceptions. */
  readonly at: string;
}

export type Rehearsed = Pick<AppraisalResult, 'verdict' | 'reasons' | 'exceptions'> & {
  readonly image: NonNullable<AppraisalResult['image']> | null;
};

/** `unknown`: there is no evidence to judge, or it is gone. */
export type Effect = 'passes' | 'would-fail' | 'would-pass' | 'fails' | 'unknown';

/** A host's newest evidence, judged by both. */
export interface HostRehearsal {
  readonly host: string;
  readonly effect: Effect;
  /** The verdict that was recorded over the evidence; null: the host never showed any with its present AK. */
  readonly evidence: { readonly index: number; readonly revision: number; readonly at: string } | null;
  readonly now: Rehearsed | null;
  readonly then: Rehearsed | null;
  /** Why the evidence could not be judged. */
  readonly findings: ReadonlyArray<Difference>;
}

/** The reference values as the ledger had them at an index, and with the change. Left: it changes what is not there. */
export const prepareRehearsal =
  (deps: LedgerReader & ReplayDeps) =>
  (
    stream: StreamId,
    change: WouldBe,
    index: number,
    at: string,
  ): TE.TaskEither<LoadFault | DocumentFault | ReferenceRejection, Rehearsal> =>
    pipe(
      loadStream(deps)(referenceCatalogue, stream),
      TE.bindTo('loaded'),
      TE.let('events', ({ loaded }) => loaded.events.filter((recorded) => recorded.index <= index)),
      TE.let('state', ({ events }) => events.reduce(evolveReference, noReferenceValues)),
      TE.bindW('now', ({ events, state }) => referenceValuesAt(deps)(stream, events.length - 1, state)),
      TE.tap(({ state }) => TE.fromEither(knownIn(state, change))),
      TE.bindW('then', ({ state, now }) => changedValues(deps)(change, state, now)),
      TE.map(({ now, then }) => ({ now, then, at })),
    );

const rehearsed = ({ verdict, reasons, exceptions, image }: AppraisalResult): Rehearsed => ({
  verdict,
  reasons,
  exceptions,
  image: image ?? null,
});

const effectOf = (now: Rehearsed, then: Rehearsed): Effect => {
  if (then.verdict === 'affirming') return now.verdict === 'affirming' ? 'passes' : 'would-pass';
  return now.verdict === 'affirming' ? 'would-fail' : 'fails';
};

const UNJUDGED = { effect: 'unknown', now: null, then: null, findings: [] } as const;

type Judging = TE.TaskEither<LoadFault, Omit<HostRehearsal, 'host' | 'evidence'>>;

const judgeBoth = (
  deps: ReplayDeps,
  { now, then, at }: Rehearsal,
  { event }: Recorded<VerdictEvent>,
  context: ReturnType<typeof contextOf>,
): Judging => {
  const { record } = event.data;
  return pipe(
    loadEvidence(deps, record.evidence),
    TE.flatMapEither((loaded) => {
      const by = (reference: ReferenceValues): E.Either<Difference, Rehearsed> =>
        pipe(
          appraiseAgain(deps, { record, context, loaded, reference, at }),
          E.map(({ result }) => rehearsed(result)),
        );
      return pipe(
        E.Do,
        E.bind('now', () => by(now)),
        E.bind('then', () => by(then)),
        E.map((both) => ({ ...both, effect: effectOf(both.now, both.then), findings: [] })),
      );
    }),
    TE.orElse(
      (fault): Judging =>
        fault._tag === 'StoreUnavailable' ? TE.left(fault) : TE.right({ ...UNJUDGED, findings: [fault] }),
    ),
  );
};

/**
 * Judges the evidence behind a host's verdict at `revision` by the reference values of a rehearsal. Nothing is recorded. Left:
 * the ledger or a store can't be read.
 */
export const rehearseHost =
  (deps: LedgerReader & ReplayDeps) =>
  (rehearsal: Rehearsal) =>
  (host: string, revision: number | undefined): TE.TaskEither<LoadFault, HostRehearsal> =>
    revision === undefined
      ? TE.right({ host, evidence: null, ...UNJUDGED })
      : pipe(
          loadStream(deps)(hostCatalogue, hostStream(host), { upTo: revision }),
          TE.flatMap(({ events }): TE.TaskEither<LoadFault, HostRehearsal> => {
            const last = events.at(-1);
            if (last === undefined || !isVerdict(last)) return TE.right({ host, evidence: null, ...UNJUDGED });
            const context = contextOf(events.slice(0, -1).reduce(evolveHost, unknownHost));
            const evidence = { index: last.index, revision, at: last.event.data.record.at };
            return pipe(
              judgeBoth(deps, rehearsal, last, context),
              TE.map((judged) => ({ host, evidence, ...judged })),
            );
          }),
        );
