import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as T from 'fp-ts/lib/Task.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Verdict } from '../appraisal/result.js';
import { CATALOGUE, type LedgerEvent } from '../catalogue.js';
import { hostStream } from '../host/host-id.js';
import type { Recorded } from '../ledger/envelope.js';
import { recordedOf } from '../ledger/load-stream.js';
import type { LinkedEntry } from '../ledger/verify-entry.js';
import type { Difference } from '../replay/difference.js';
import { createHistory, type VerdictCase } from '../replay/history.js';
import { type ReplayDeps, replayVerdict } from '../replay/replay-verdict.js';
import type { BundleFault } from './bundle-fault.js';
import type { Period } from './completeness.js';
import type { Progress } from './walk-entries.js';

/** An event of the bundle, decoded. */
export interface BundleEvent {
  readonly recorded: Recorded<LedgerEvent>;
  /** Whether it was asked for, or is here because something rests on it. */
  readonly inPeriod: boolean;
}

export type VerdictOutcome =
  /** Made again from the evidence here: the same, rule by rule. */
  | 'same'
  | 'different'
  /** The evidence was left out of the bundle. */
  | 'not-made-again';

export interface BundleVerdict {
  readonly index: number;
  readonly revision: number;
  readonly verdict: Verdict;
  readonly outcome: VerdictOutcome;
  readonly differences: ReadonlyArray<Difference>;
}

export interface ReplayedBundle {
  readonly events: ReadonlyArray<BundleEvent>;
  readonly verdicts: ReadonlyArray<BundleVerdict>;
  readonly faults: ReadonlyArray<BundleFault>;
}

const isIn = ({ from, to }: Period, recordedAt: string): boolean =>
  recordedAt >= (from ?? recordedAt) && recordedAt <= (to ?? recordedAt);

interface Case {
  readonly verdict: VerdictCase;
  /** Whether everything before it that decided is here. */
  readonly known: boolean;
}

interface Told {
  readonly events: ReadonlyArray<BundleEvent>;
  readonly cases: ReadonlyArray<Case>;
  readonly basisIndex: ReadonlyMap<string, number>;
  readonly faults: ReadonlyArray<BundleFault>;
}

const basisName = (stream: string, revision: number): string => `${stream}@${String(revision)}`;

/** The entries as events in the log's order, and each verdict of the period with what was known before it. */
const tell = (linked: ReadonlyArray<LinkedEntry>, host: string, period: Period): Told => {
  const history = createHistory();
  const events: Array<BundleEvent> = [];
  const cases: Array<Case> = [];
  const faults: Array<BundleFault> = [];
  const basisIndex = new Map<string, number>();
  // A certified AK replaces all that verdicts know of a host: from there on nothing earlier counts.
  let known = false;
  for (const entry of linked) {
    const decoded = recordedOf(CATALOGUE, entry);
    if (E.isLeft(decoded)) {
      if (decoded.left._tag === 'EventUnreadable') faults.push(decoded.left);
      continue;
    }
    const recorded = decoded.right;
    const own = recorded.stream === hostStream(host);
    const inPeriod = own && isIn(period, recorded.recordedAt);
    events.push({ recorded, inPeriod });
    basisIndex.set(basisName(recorded.stream, recorded.revision), recorded.index);
    known ||= own && (recorded.revision === 0 || recorded.event.type === 'AttestationKeyCertified');
    const verdict = history.take(recorded);
    if (verdict !== undefined && inPeriod) cases.push({ verdict, known });
  }
  return { events, cases, basisIndex, faults };
};

const caseFault = ({ basisIndex }: Told, { verdict, known }: Case): BundleFault | undefined => {
  const { recorded, basis } = verdict;
  const at = { index: recorded.index, stream: recorded.stream, revision: recorded.revision };
  if (!known) return { _tag: 'ContextMissing', at };
  const { stream, revision } = basis;
  const index = revision < 0 ? -1 : basisIndex.get(basisName(stream, revision));
  return index === undefined || index > recorded.index ? { _tag: 'BasisMissing', at, stream, revision } : undefined;
};

const outcomeOf = (
  { recorded }: VerdictCase,
  outcome: VerdictOutcome,
  differences: ReadonlyArray<Difference> = [],
): BundleVerdict => {
  const { index, revision, event } = recorded;
  return { index, revision, verdict: event.data.record.verdict, outcome, differences };
};

const differenceName = (difference: Difference): string =>
  difference._tag === 'ValueDiffers' ? difference.field : difference._tag;

const judged = (verdict: VerdictCase, differences: ReadonlyArray<Difference>): Omit<ReplayedBundle, 'events'> => {
  if (differences.length === 0) return { verdicts: [outcomeOf(verdict, 'same')], faults: [] };
  const { index, stream, revision } = verdict.recorded;
  const fields = differences.slice(0, 5).map(differenceName).join(', ');
  return {
    verdicts: [outcomeOf(verdict, 'different', differences)],
    faults: [{ _tag: 'VerdictDiffers', at: { index, stream, revision }, fields }],
  };
};

const replayOne = (deps: ReplayDeps, told: Told, each: Case): T.Task<Omit<ReplayedBundle, 'events'>> => {
  const fault = caseFault(told, each);
  if (fault !== undefined) return T.of({ verdicts: [outcomeOf(each.verdict, 'different')], faults: [fault] });
  return pipe(
    replayVerdict(deps)(each.verdict),
    TE.match(
      (unavailable) =>
        judged(each.verdict, [{ _tag: 'EvidenceDamaged', what: 'evidence', sha256: '', rule: unavailable.detail }]),
      ({ differences }) => judged(each.verdict, differences),
    ),
  );
};

export interface ReplayBundleOptions {
  readonly host: string;
  readonly period: Period;
  /** False: the bundle came without evidence. */
  readonly evidence: boolean;
  readonly progress: Progress;
}

/** Decodes the entries and makes each verdict of the period again, as far as the evidence is here. */
export const replayBundle = (
  deps: ReplayDeps,
  linked: ReadonlyArray<LinkedEntry>,
  { host, period, evidence, progress }: ReplayBundleOptions,
): T.Task<ReplayedBundle> => {
  const told = tell(linked, host, period);
  const { events, cases, faults } = told;
  if (!evidence) {
    return T.of({ events, faults, verdicts: cases.map(({ verdict }) => outcomeOf(verdict, 'not-made-again')) });
  }
  return pipe(
    [...cases.entries()],
    T.traverseSeqArray(([i, each]) =>
      pipe(
        replayOne(deps, told, each),
        T.tap(() => progress(i + 1, cases.length)),
      ),
    ),
    T.map((replays) => ({
      events,
      verdicts: replays.flatMap(({ verdicts }) => verdicts),
      faults: [...faults, ...replays.flatMap((replay) => replay.faults)],
    })),
  );
};
