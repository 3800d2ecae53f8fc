import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { ReferenceValues } from '../appraisal/reference-values.js';
import type { Reason, Verdict } from '../appraisal/result.js';
import type { LedgerEvent } from '../catalogue.js';
import type { HostEvent } from '../host/events.js';
import { hostOfStream } from '../host/host-id.js';
import type { Recorded, StreamId } from '../ledger/envelope.js';
import type { LedgerReader } from '../ledger/ledger.js';
import { type LoadFault, loadStream } from '../ledger/load-stream.js';
import type { StoreError } from '../ports.js';
import type { ReferenceRejection } from '../reference/commands.js';
import { type ReferenceEvent, referenceCatalogue } from '../reference/events.js';
import { referenceValuesAt } from '../reference/load-reference-values.js';
import { evolveReference, noReferenceValues, type ReferenceState } from '../reference/state.js';
import { changedValues, knownIn, type WouldBe } from '../reference/would-be.js';
import { appraiseAgain } from './appraise-again.js';
import type { Period } from './blast-radius.js';
import type { Difference } from './difference.js';
import { createHistory, type VerdictCase } from './history.js';
import { asDifference, type LoadEvidenceFault, loadEvidence } from './load-evidence.js';
import type { ReplayDeps } from './replay-verdict.js';
import { scanLedger } from './scan-ledger.js';

/** A verdict that would have come out otherwise. */
export interface OtherVerdict {
  readonly host: string;
  readonly index: number;
  readonly revision: number;
  readonly at: string;
  readonly was: Verdict;
  readonly would: Verdict;
  readonly reasons: ReadonlyArray<Reason>;
}

/** A key that was delivered on a verdict that would have been a refusal. */
export interface OtherDelivery {
  readonly host: string;
  readonly index: number;
  readonly at: string;
  readonly key: string;
  readonly provider: string;
  readonly verdict: { readonly index: number; readonly revision: number };
}

export interface Unjudged {
  readonly host: string;
  readonly index: number;
  readonly finding: Difference;
}

export interface WhatIf {
  /** Verdicts judged again. */
  readonly judged: number;
  readonly verdicts: ReadonlyArray<OtherVerdict>;
  readonly verdictCount: number;
  readonly deliveries: ReadonlyArray<OtherDelivery>;
  readonly deliveryCount: number;
  /** Verdicts whose evidence is gone. */
  readonly unjudged: ReadonlyArray<Unjudged>;
  readonly unjudgedCount: number;
}

const MOST_LISTED = 1000;

type Mutable<A> = { -readonly [K in keyof A]: A[K] extends ReadonlyArray<infer Item> ? Array<Item> : A[K] };

type Unreachable = Extract<StoreError, { readonly _tag: 'StoreUnavailable' }>;
type Outcome = OtherVerdict | Unjudged | undefined;

/** Reference values by basis, changed once for each. */
const createChanged = (deps: ReplayDeps, change: WouldBe) => {
  const held = new Map<string, ReferenceValues>();
  return ({ stream, revision, state }: VerdictCase['basis']): TE.TaskEither<LoadEvidenceFault, ReferenceValues> => {
    const key = `${stream}@${String(revision)}`;
    const known = held.get(key);
    if (known !== undefined) return TE.right(known);
    return pipe(
      referenceValuesAt(deps)(stream, revision, state),
      TE.flatMap((values) => changedValues(deps)(change, state, values)),
      TE.mapLeft((fault) => asDifference('reference values', '', fault)),
      TE.tapIO((values) => () => void held.set(key, values)),
    );
  };
};

const judge =
  (deps: ReplayDeps, changed: ReturnType<typeof createChanged>) =>
  ({ host, recorded, context, basis }: VerdictCase): TE.TaskEither<Unreachable, Outcome> => {
    const { record } = recorded.event.data;
    const { index, revision, recordedAt: at } = recorded;
    return pipe(
      TE.Do,
      TE.bind('loaded', () => loadEvidence(deps, record.evidence)),
      TE.bind('reference', () => changed(basis)),
      TE.flatMapEither(({ loaded, reference }) =>
        appraiseAgain(deps, { record, context, loaded, reference, at: record.at }),
      ),
      TE.map(({ result }): Outcome => {
        const { verdict: would, reasons } = result;
        return would === record.verdict
          ? undefined
          : { host, index, revision, at, was: record.verdict, would, reasons };
      }),
      TE.orElse(
        (finding): TE.TaskEither<Unreachable, Outcome> =>
          finding._tag === 'StoreUnavailable' ? TE.left(finding) : TE.right({ host, index, finding }),
      ),
    );
  };

const createTally = () => {
  const tally: Mutable<WhatIf> = {
    judged: 0,
    verdicts: [],
    verdictCount: 0,
    deliveries: [],
    deliveryCount: 0,
    unjudged: [],
    unjudgedCount: 0,
  };
  /** By host and revision. */
  const refused = new Set<string>();
  return {
    tally,
    verdict: (outcome: Outcome): void => {
      tally.judged += 1;
      if (outcome === undefined) return;
      if ('finding' in outcome) {
        tally.unjudgedCount += 1;
        if (tally.unjudged.length < MOST_LISTED) tally.unjudged.push(outcome);
        return;
      }
      tally.verdictCount += 1;
      if (tally.verdicts.length < MOST_LISTED) tally.verdicts.push(outcome);
      if (outcome.would !== 'affirming') refused.add(`${outcome.host} ${String(outcome.revision)}`);
    },
    delivery: (host: string, { event, index, recordedAt }: Recorded<HostEvent>): void => {
      if (event.type !== 'KeyDelivered' || !refused.has(`${host} ${String(event.data.verdict.revision)}`)) return;
      const { key, provider, verdict } = event.data;
      tally.deliveryCount += 1;
      if (tally.deliveries.length < MOST_LISTED)
        tally.deliveries.push({ host, index, at: recordedAt, key, provider, verdict });
    },
  };
};

const scanned = (
  deps: LedgerReader & ReplayDeps,
  change: WouldBe,
  { from, to }: Period,
): TE.TaskEither<LoadFault, WhatIf> => {
  const history = createHistory();
  const sums = createTally();
  const again = judge(deps, createChanged(deps, change));
  const within = ({ recordedAt }: Recorded): boolean =>
    recordedAt >= (from ?? recordedAt) && recordedAt <= (to ?? recordedAt);
  const one = (recorded: Recorded<LedgerEvent>): TE.TaskEither<LoadFault, unknown> => {
    const found = history.take(recorded);
    if (found !== undefined && within(recorded)) return pipe(again(found), TE.map(sums.verdict));
    const host = hostOfStream(recorded.stream);
    return TE.fromIO(() => {
      if (host !== undefined) sums.delivery(host, recorded as Recorded<HostEvent>);
    });
  };
  return pipe(
    scanLedger(deps)(
      ({ stream }) => stream.startsWith('host/') || stream.startsWith('reference/'),
      undefined,
      (_: undefined, page) =>
        pipe(
          page,
          TE.traverseSeqArray(one),
          TE.map(() => undefined),
        ),
    ),
    TE.map((): WhatIf => sums.tally),
  );
};

/** What was there once can be imagined away, though it was taken back since. */
const everKnown = (events: ReadonlyArray<Recorded<ReferenceEvent>>): ReferenceState => {
  const cas = events.flatMap(({ event }) =>
    event.type === 'TpmCaTrusted' ? [[event.data.name, event.data.chain] as const] : [],
  );
  return { ...events.reduce(evolveReference, noReferenceValues), tpmCas: new Map(cas) };
};

/**
 * As if the change had been made before the period: verdicts of the period that would have come out otherwise, each judged
 * at its own time by its own appraiser, and keys that were delivered on those that would have been refusals. Left: the change
 * names what was never there.
 */
export const whatIf =
  (deps: LedgerReader & ReplayDeps) =>
  (stream: StreamId, change: WouldBe, period: Period): TE.TaskEither<LoadFault | ReferenceRejection, WhatIf> =>
    pipe(
      loadStream(deps)(referenceCatalogue, stream),
      TE.flatMapEither(({ events }) => knownIn(everKnown(events), change)),
      TE.flatMap((): TE.TaskEither<LoadFault | ReferenceRejection, WhatIf> => scanned(deps, change, period)),
    );
