import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { PermissionRequired } from '../../domain/access/require-permission.js';
import type { AuthorityDeps, Request } from '../../domain/authority-deps.js';
import { MOST_DECISIONS, type RecordedDecision, type Recording } from '../../domain/guard/events.js';
import { recordDecisions } from '../../domain/guard/guard-streams.js';
import type { Actor } from '../../domain/ledger/envelope.js';
import type { ExecuteFault } from '../../domain/ledger/execute.js';
import { type Allowance, makeBuckets } from '../caches/token-bucket.js';

export type RecordFault =
  | PermissionRequired
  | ExecuteFault
  | { readonly _tag: 'RateLimited'; readonly retryAfterSeconds: number };

/** Where each decision is in the ledger; null: it is not kept. */
export type Places = ReadonlyArray<number | null>;

/** Keeps answers of the guard before they leave, as its policy says. */
export interface DecisionRecorder {
  /** Left: what had to be kept could not be. */
  readonly record: (
    by: Actor,
    recording: Recording,
    decisions: ReadonlyArray<RecordedDecision>,
  ) => TE.TaskEither<RecordFault, Places>;
}

/** In decisions of one asker. Beyond these, refusals are only counted; where all has to be kept, the question is refused. */
export interface RecordLimits {
  readonly refusals: Allowance;
  readonly all: Allowance;
}

export const DEFAULT_RECORD_LIMITS: RecordLimits = {
  refusals: { rate: 1, burst: 500 },
  all: { rate: 2_000, burst: 10_000 },
};

const MOST_ASKERS = 10_000;
/** Of one command: what waits meanwhile is written together. */
const MOST_TOGETHER = 256;

interface Waiting {
  readonly recording: Recording;
  readonly decisions: ReadonlyArray<RecordedDecision>;
  readonly done: (outcome: E.Either<RecordFault, Places>) => void;
}

interface Lane {
  readonly by: Actor;
  waiting: Array<Waiting>;
  unrecorded: number;
}

/** From the front, of one recording, as many as go together; the first one always does. */
const takeTogether = (lane: Lane): ReadonlyArray<Waiting> => {
  const [head] = lane.waiting;
  let [count, sum] = [0, 0];
  for (const { recording, decisions } of lane.waiting) {
    sum += decisions.length;
    if (recording !== head?.recording || (count > 0 && sum > MOST_TOGETHER)) break;
    count++;
  }
  return lane.waiting.splice(0, count);
};

const keyOf = ({ role, subject }: Actor): string => `${role} ${subject}`;

type Deps = AuthorityDeps & { readonly newCommandId: () => string };

const write = async (deps: Deps, lane: Lane, works: ReadonlyArray<Waiting>): Promise<void> => {
  const decisions = works.flatMap((work) => work.decisions);
  const { unrecorded } = lane;
  const request: Request = { by: lane.by, commandId: deps.newCommandId() };
  const recording = works[0]?.recording ?? 'all';
  const outcome = await recordDecisions(deps)({ ...request, recording, decisions, unrecorded })();
  if (E.isRight(outcome)) lane.unrecorded -= unrecorded;
  let from = 0;
  for (const work of works) {
    const first = from;
    from += work.decisions.length;
    work.done(
      pipe(
        outcome,
        E.map(({ events }) =>
          work.decisions.map((_, i) => events[Math.floor((first + i) / MOST_DECISIONS)]?.index ?? null),
        ),
      ),
    );
  }
};

/**
 * `now` is a clock that never goes back, in milliseconds. One asker's answers are written one lot after the other, and a lot
 * holds whatever came while the one before was written: thousands of questions a second are a few events.
 */
export const createDecisionRecorder = (
  deps: Deps,
  now: () => number,
  limits: RecordLimits = DEFAULT_RECORD_LIMITS,
): DecisionRecorder => {
  const refusals = makeBuckets(limits.refusals, MOST_ASKERS);
  const all = makeBuckets(limits.all, MOST_ASKERS);
  const lanes = new Map<string, Lane>();

  const laneOf = (by: Actor): Lane => {
    const lane = lanes.get(keyOf(by)) ?? { by, waiting: [], unrecorded: 0 };
    lanes.set(keyOf(by), lane);
    return lane;
  };

  const running = new Set<Lane>();
  const run = async (lane: Lane): Promise<void> => {
    if (running.has(lane)) return;
    running.add(lane);
    while (lane.waiting.length > 0) await write(deps, lane, takeTogether(lane));
    running.delete(lane);
    if (lane.unrecorded === 0) lanes.delete(keyOf(lane.by));
  };

  const enqueue = (lane: Lane, recording: Recording, decisions: ReadonlyArray<RecordedDecision>) => () =>
    new Promise<E.Either<RecordFault, Places>>((done) => {
      lane.waiting.push({ recording, decisions, done });
      void run(lane);
    });

  const recordAll = (by: Actor, decisions: ReadonlyArray<RecordedDecision>): TE.TaskEither<RecordFault, Places> => {
    const waits = decisions.map(() => all.take(by.subject, now()));
    const wait = Math.max(0, ...waits);
    return wait > 0
      ? TE.left({ _tag: 'RateLimited', retryAfterSeconds: Math.ceil(wait) })
      : enqueue(laneOf(by), 'all', decisions);
  };

  const leaveOut = (by: Actor, count: number): void => {
    if (count > 0) laneOf(by).unrecorded += count;
  };

  /** A no needs no event before it leaves: where it can't be kept, it counts as not kept. */
  const recordRefusals = (
    by: Actor,
    decisions: ReadonlyArray<RecordedDecision>,
  ): TE.TaskEither<RecordFault, Places> => {
    const kept = decisions.map(({ allowed }) => !allowed && refusals.take(by.subject, now()) === 0);
    const chosen = decisions.filter((_, i) => kept[i]);
    leaveOut(by, decisions.filter(({ allowed }) => !allowed).length - chosen.length);
    if (chosen.length === 0) return TE.right(decisions.map(() => null));
    return pipe(
      TE.fromTask(enqueue(laneOf(by), 'refusals', chosen)),
      TE.map((outcome) => {
        if (E.isLeft(outcome)) leaveOut(by, chosen.length);
        const places = E.isRight(outcome) ? [...outcome.right] : [];
        return kept.map((each) => (each ? (places.shift() ?? null) : null));
      }),
    );
  };

  return {
    record: (by, recording, decisions) => {
      if (recording === 'none' || decisions.length === 0) return TE.right(decisions.map(() => null));
      return recording === 'all' ? recordAll(by, decisions) : recordRefusals(by, decisions);
    },
  };
};
