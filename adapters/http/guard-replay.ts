import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { RecordedDecision, WorkloadsDecided } from '../../domain/guard/events.js';
import type { GuardFacts } from '../../domain/guard/facts.js';
import { hostsOf, type Question } from '../../domain/guard/question.js';
import { readDecisions } from '../../domain/guard/read-decisions.js';
import type { Recorded } from '../../domain/ledger/envelope.js';
import type { StoreError } from '../../domain/ports.js';
import type { ReplayFilter } from '../../domain/replay/replay-all.js';
import { replayDecision } from '../../domain/replay/replay-decision.js';
import type { VerdictReplay } from '../../domain/replay/replay-verdict.js';
import { clusterKey, memberKey } from '../../projections/cluster-row.js';
import { guardFactsOf } from '../../projections/guard-facts.js';
import { hostKey } from '../../projections/host-trust-row.js';
import { POLICY_KEY } from '../../projections/reference-row.js';
import type { Api } from './api.js';
import type { ApiError } from './api-error.js';

export interface GuardReplay {
  readonly decisions: number;
  readonly different: ReadonlyArray<VerdictReplay>;
  readonly differentCount: number;
}

const NOTHING_YET: GuardReplay = { decisions: 0, different: [], differentCount: 0 };
const MOST_LISTED = 1000;
const AT_ONCE = 64;

type Rows<Row> = E.Either<StoreError, ReadonlyMap<string, Row>>;

/** Those rows of then that there were. */
const rowsOf = <Row>(
  keys: ReadonlyArray<string>,
  rowAt: (key: string) => E.Either<StoreError, Row | undefined>,
): Rows<Row> =>
  pipe(
    keys,
    E.traverseArray((key) =>
      pipe(
        rowAt(key),
        E.map((row) => (row === undefined ? [] : [[key, row] as const])),
      ),
    ),
    E.map((found) => new Map(found.flat())),
  );

const clustersNamed = (question: Question): ReadonlyArray<string> => ('cluster' in question ? [question.cluster] : []);

const providersNamed = (question: Question): ReadonlyArray<string> =>
  'workload' in question && question.workload.keyProvider !== undefined ? [question.workload.keyProvider] : [];

/** What the guard could know of a question's hosts and clusters at an index, from the read models as of then. */
const factsAt = ({ reads }: Api, question: Question, index: number): E.Either<StoreError, GuardFacts> => {
  const hosts = hostsOf(question);
  return pipe(
    E.Do,
    E.bind('trust', () => rowsOf(hosts.map(hostKey), (key) => reads.hostTrust.rowAt(key, index))),
    E.bind('members', () => rowsOf(hosts.map(memberKey), (key) => reads.clusters.rowAt(key, index))),
    E.bind('named', ({ members }) => {
      const joined = [...members.values()].flatMap((row) => (row.kind === 'member' ? [row.cluster] : []));
      const keys = [...joined, ...clustersNamed(question)].map(clusterKey);
      return rowsOf(keys, (key) => reads.clusters.rowAt(key, index));
    }),
    E.bind('policy', () => reads.reference.rowAt(POLICY_KEY, index)),
    E.bind('providers', () => rowsOf(providersNamed(question), (key) => reads.keyProviders.rowAt(key, index))),
    E.map(({ trust, members, named, policy, providers }) =>
      guardFactsOf({
        hosts: trust,
        providers,
        clusters: new Map([...members, ...named]),
        policyRevision: policy?.kind === 'policy' ? policy.changed.revision : -1,
      }),
    ),
  );
};

const isChosen = ({ host, from, to }: ReplayFilter, recordedAt: string, { question }: RecordedDecision): boolean =>
  recordedAt >= (from ?? recordedAt) &&
  recordedAt <= (to ?? recordedAt) &&
  (host === undefined || hostsOf(question).includes(host));

const again = (
  api: Api,
  { index, revision }: Recorded<WorkloadsDecided>,
  decision: RecordedDecision,
): E.Either<ApiError, VerdictReplay> => {
  const host = hostsOf(decision.question).join(' -> ');
  // What it was answered from came before it, or it was not answered from this ledger.
  const place =
    decision.index < index ? [] : [{ _tag: 'ValueDiffers', field: 'index', then: decision.index, now: null } as const];
  return pipe(
    factsAt(api, decision.question, Math.min(decision.index, index)),
    E.map((facts) => ({ host, index, revision, differences: [...place, ...replayDecision(facts, decision)] })),
  );
};

const add = (report: GuardReplay, replays: ReadonlyArray<VerdictReplay>): GuardReplay => {
  const different = replays.filter(({ differences }) => differences.length > 0);
  return {
    decisions: report.decisions + replays.length,
    different: [...report.different, ...different].slice(0, MOST_LISTED),
    differentCount: report.differentCount + different.length,
  };
};

const page = (
  api: Api,
  filter: ReplayFilter,
  stream: string,
  from: number,
): TE.TaskEither<ApiError, { readonly read: number; readonly replays: ReadonlyArray<VerdictReplay> }> =>
  pipe(
    readDecisions(api.deps)(stream, from, AT_ONCE),
    TE.flatMapEither((events) =>
      pipe(
        events.flatMap((recorded) =>
          recorded.event.type === 'WorkloadsDecided'
            ? recorded.event.data.decisions
                .filter((decision) => isChosen(filter, recorded.recordedAt, decision))
                .map((decision) => [recorded as Recorded<WorkloadsDecided>, decision] as const)
            : [],
        ),
        E.traverseArray(([recorded, decision]) => again(api, recorded, decision)),
        E.map((replays) => ({ read: events.length, replays })),
      ),
    ),
  );

/** A page after the other, so that a long history takes no more memory than a short one. */
const streamReplay =
  (api: Api, filter: ReplayFilter, stream: string, begun: GuardReplay): TE.TaskEither<ApiError, GuardReplay> =>
  async () => {
    let report = begun;
    for (let from = 0; ; from += AT_ONCE) {
      const done = await page(api, filter, stream, from)();
      if (E.isLeft(done)) return done;
      report = add(report, done.right.replays);
      if (done.right.read < AT_ONCE) return E.right(report);
    }
  };

/** Every answer of the guard that was kept, made again: what the ledger does not bear out is named. */
export const replayGuard = (api: Api, filter: ReplayFilter): TE.TaskEither<ApiError, GuardReplay> =>
  pipe(
    api.settled,
    TE.flatMap(() => {
      const streams = [...api.reads.guard.now().values()].flatMap((row) => (row.kind === 'stream' ? [row] : []));
      return streams
        .sort((a, b) => a.first - b.first)
        .reduce<TE.TaskEither<ApiError, GuardReplay>>(
          (before, { stream }) =>
            pipe(
              before,
              TE.flatMap((report) => streamReplay(api, filter, stream, report)),
            ),
          TE.right(NOTHING_YET),
        );
    }),
  );
