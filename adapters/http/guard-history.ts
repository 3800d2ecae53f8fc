import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { RecordedDecision } from '../../domain/guard/events.js';
import { hostsOf } from '../../domain/guard/question.js';
import { readDecisions } from '../../domain/guard/read-decisions.js';
import type { Api } from './api.js';
import type { ApiError } from './api-error.js';
import type { DecisionsQuery, KeptDecision } from './codecs/guard-decisions.js';

/** Entries that one request looks through at most: it answers with what it found, and where to go on. */
const MOST_LOOKED_AT = 128;
const AT_ONCE = 64;

/** Entries of a stream of answers below a revision. */
export interface DecisionPlace {
  readonly stream: string;
  readonly below: number;
}

export interface Found {
  readonly decisions: ReadonlyArray<KeptDecision>;
  /** Undefined: there are no more. */
  readonly next: DecisionPlace | undefined;
}

/** Streams of answers, newest first, from where an earlier reading stopped. */
export const decisionPlaces = (api: Api, from: DecisionPlace | undefined): ReadonlyArray<DecisionPlace> => {
  const streams = [...api.reads.guard.now().values()]
    .flatMap((row) => (row.kind === 'stream' ? [row] : []))
    .sort((a, b) => b.first - a.first)
    .map(({ stream, revision }) => ({ stream, below: revision + 1 }));
  if (from === undefined) return streams;
  const at = streams.findIndex(({ stream }) => stream === from.stream);
  return at < 0 ? [] : [from, ...streams.slice(at + 1)];
};

const isAskedFor = (
  { workload, host, ask, allowed, from, to }: DecisionsQuery,
  { question, allowed: yes, at }: RecordedDecision,
): boolean =>
  (workload === undefined || ('workload' in question && question.workload.id === workload)) &&
  (host === undefined || hostsOf(question).includes(host)) &&
  (ask === undefined || question.ask === ask) &&
  (allowed === undefined || (allowed === 'yes') === yes) &&
  (from === undefined || at >= from) &&
  (to === undefined || at <= to);

interface Search {
  readonly query: DecisionsQuery;
  /** Entries behind it were not there yet. */
  readonly upTo: number;
  readonly limit: number;
}

const page = (
  api: Api,
  { query, upTo }: Search,
  { stream, below }: DecisionPlace,
): TE.TaskEither<ApiError, ReadonlyArray<KeptDecision>> => {
  const from = Math.max(0, below - AT_ONCE);
  return pipe(
    readDecisions(api.deps)(stream, from, below - from),
    TE.map((events) =>
      [...events].reverse().flatMap(({ event, index, actor, recordedAt }) =>
        event.type === 'WorkloadsDecided' && index <= upTo
          ? [...event.data.decisions]
              .reverse()
              .filter((decision) => isAskedFor(query, decision))
              .map((decision) => ({ ...decision, entry: index, asker: actor.subject, recordedAt }))
          : [],
      ),
    ),
  );
};

/** Whole pages: it may find some more than `limit`. */
export const findDecisions = (
  api: Api,
  search: Search,
  places: ReadonlyArray<DecisionPlace>,
  found: ReadonlyArray<KeptDecision> = [],
  looked = 0,
): TE.TaskEither<ApiError, Found> => {
  const [place, ...others] = places;
  if (place === undefined || found.length >= search.limit || looked >= MOST_LOOKED_AT)
    return TE.right({ decisions: found, next: place });
  return pipe(
    page(api, search, place),
    TE.flatMap((more) => {
      const below = Math.max(0, place.below - AT_ONCE);
      const rest = below === 0 ? others : [{ stream: place.stream, below }, ...others];
      return findDecisions(api, search, rest, [...found, ...more], looked + place.below - below);
    }),
  );
};
