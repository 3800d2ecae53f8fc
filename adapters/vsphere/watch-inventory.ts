import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import type { BlindReason } from '../../domain/inventory/events.js';
import { type Schedule, untilRetry } from '../net/back-off.js';
import type { Reading } from './read-inventory.js';
import type { VsphereFault } from './vsphere-fault.js';

/** How one round ended. `AuthorityFailed`: the authority did not take it, and what was seen is seen again. */
export type Round =
  | { readonly _tag: 'Recorded'; readonly changes: number; readonly hosts: number }
  | { readonly _tag: 'Blind'; readonly fault: VsphereFault }
  | { readonly _tag: 'AuthorityFailed'; readonly code: string };

export interface Watching<F extends { readonly code: string }> {
  readonly read: TE.TaskEither<VsphereFault, Reading>;
  /** How many changes were recorded. */
  readonly record: (reading: Reading) => TE.TaskEither<F, number>;
  readonly reportBlind: (reason: BlindReason, since: string) => TE.TaskEither<F, unknown>;
  readonly now: () => string;
}

/** How many failed readings in a row make a server blind: one lost connection is none. */
const BLIND_AFTER = 3;

/** Answers that will not change by waiting are said at once. */
const AT_ONCE: ReadonlySet<BlindReason> = new Set(['CertificateUntrusted', 'LoginRefused', 'AccessDenied']);

/** What the rounds before this one found. */
export interface Failures {
  readonly count: number;
  readonly since: string | undefined;
}

export const NO_FAILURES: Failures = { count: 0, since: undefined };

/** One reading, said to the authority; the failures of the server's so far, and why this one ended as it did. */
export const watchOnce = async <F extends { readonly code: string }>(
  { read, record, reportBlind, now }: Watching<F>,
  before: Failures,
): Promise<{ readonly round: Round; readonly failures: Failures }> => {
  const began = now();
  const reading = await read();
  const failed = (failure: F, failures: Failures): { readonly round: Round; readonly failures: Failures } => ({
    round: { _tag: 'AuthorityFailed', code: failure.code },
    failures,
  });
  if (E.isRight(reading)) {
    const recorded = await record(reading.right)();
    return E.isLeft(recorded)
      ? failed(recorded.left, NO_FAILURES)
      : {
          round: { _tag: 'Recorded', changes: recorded.right, hosts: reading.right.observation.hosts.length },
          failures: NO_FAILURES,
        };
  }
  const fault = reading.left;
  const failures = { count: before.count + 1, since: before.since ?? began };
  if (failures.count < BLIND_AFTER && !AT_ONCE.has(fault.reason)) return { round: { _tag: 'Blind', fault }, failures };
  const told = await reportBlind(fault.reason, failures.since)();
  return E.isLeft(told) ? failed(told.left, failures) : { round: { _tag: 'Blind', fault }, failures };
};

interface Pace extends Schedule {
  /** Resolves early when it is time to end. */
  readonly sleep: (millis: number) => Promise<void>;
  readonly isOver: () => boolean;
  /** `pause`: milliseconds until the next one. */
  readonly onRound: (round: Round, pause: number) => void;
}

/** An account is locked after a few wrong passwords. */
const AFTER_REFUSAL_SECONDS = 300;

/** After a failure of either side the pause doubles, up to five minutes or the interval, half of it random. */
const pauseAfter = (pace: Pace, round: Round, inARow: number): number => {
  if (round._tag === 'Recorded') return pace.intervalMilliseconds * (0.9 + 0.2 * pace.random());
  const refused = round._tag === 'Blind' && round.fault.reason === 'LoginRefused';
  return untilRetry(pace, inARow, refused ? AFTER_REFUSAL_SECONDS : undefined);
};

/** Reads again and again until it is over. */
export const watchInventory = async <F extends { readonly code: string }>(
  watching: Watching<F>,
  pace: Pace,
): Promise<void> => {
  let [failures, inARow] = [NO_FAILURES, 0];
  while (!pace.isOver()) {
    const done = await watchOnce(watching, failures);
    failures = done.failures;
    inARow = done.round._tag === 'Recorded' ? 0 : inARow + 1;
    const pause = pauseAfter(pace, done.round, inARow);
    pace.onRound(done.round, pause);
    if (!pace.isOver()) await pace.sleep(pause);
  }
};

/** One round for its own sake: a server that can't be read is blind at once. */
export const readOnce = <F extends { readonly code: string }>(watching: Watching<F>): Promise<Round> =>
  pipe(watchOnce(watching, { count: BLIND_AFTER, since: undefined }), (done) => done.then(({ round }) => round));
