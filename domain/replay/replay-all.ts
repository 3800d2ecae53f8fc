import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { CATALOGUE, type LedgerEvent } from '../catalogue.js';
import { type FollowedEntry, type FollowedTip, followEntry, placeOf } from '../follow-entry.js';
import { hostStream } from '../host/host-id.js';
import type { Recorded, StreamId } from '../ledger/envelope.js';
import type { LedgerReader } from '../ledger/ledger.js';
import type { LoadFault } from '../ledger/load-stream.js';
import type { StoredEntry } from '../ports.js';
import { createHistory, type History, type VerdictCase } from './history.js';
import { createReleaseHistory, type ReleaseDecision, type ReleaseHistory } from './release-history.js';
import { replayRelease } from './replay-release.js';
import { type ReplayDeps, replayVerdict, type VerdictReplay } from './replay-verdict.js';

/** Which verdicts; absent fields choose all. Times are of recording, both ends included. */
export interface ReplayFilter {
  readonly host?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

export interface ReplayReport {
  /** Verdicts. */
  readonly checked: number;
  /** Decisions about releases of keys. */
  readonly releases: number;
  /** What came out differently, or not at all; the first ones of them. */
  readonly different: ReadonlyArray<VerdictReplay>;
  readonly differentCount: number;
}

/** Called for each verdict, and told how much of the ledger is read. */
export type ReplayListener = (
  replay: VerdictReplay,
  progress: { readonly read: number; readonly size: number },
) => void;

const PAGE = 256;
const MOST_LISTED = 1000;

const chosen = (
  { host, from, to }: ReplayFilter,
  decision: Pick<VerdictCase | ReleaseDecision, 'host' | 'recorded'>,
): boolean => {
  const { recordedAt } = decision.recorded;
  const inTime = recordedAt >= (from ?? recordedAt) && recordedAt <= (to ?? recordedAt);
  return inTime && (host === undefined || host === decision.host);
};

const GROUNDS = ['reference/', 'key-provider/', 'key/'];

/** Streams without a say in these decisions are passed over unread. */
const matters = ({ host }: ReplayFilter, { stream }: StoredEntry): boolean =>
  GROUNDS.some((kind) => stream.startsWith(kind)) ||
  (host === undefined ? stream.startsWith('host/') : stream === hostStream(host));

const recordedOf = (
  stored: StoredEntry,
  { envelope, tip }: FollowedEntry,
): E.Either<LoadFault, Recorded<LedgerEvent>> =>
  pipe(
    CATALOGUE.decode(envelope.type, envelope.typeVersion, envelope.data),
    E.bimap(
      (fault): LoadFault => ({ _tag: 'EventUnreadable', at: placeOf(stored), fault }),
      (event) => {
        const { stream, id, recordedAt, actor, command, basis, kid } = envelope;
        return { index: stored.index, stream, id, recordedAt, actor, command, basis, kid, ...tip, event };
      },
    ),
  );

/** What was decided in a page. Releases are decided again at once: they need nothing but the ledger. */
interface Decided {
  readonly verdicts: ReadonlyArray<VerdictCase>;
  readonly releases: ReadonlyArray<VerdictReplay>;
}

interface Histories {
  readonly verdicts: History;
  readonly releases: ReleaseHistory;
}

/** A page's decisions. Hash chains are checked on the way; forms and signatures are the verification's business. */
const casesOf = (
  deps: LedgerReader,
  filter: ReplayFilter,
  tips: Map<StreamId, FollowedTip>,
  histories: Histories,
  page: ReadonlyArray<StoredEntry>,
): E.Either<LoadFault, Decided> => {
  const verdicts: Array<VerdictCase> = [];
  const releases: Array<VerdictReplay> = [];
  for (const stored of page) {
    if (!matters(filter, stored)) continue;
    const followed = followEntry(deps.hashing, stored, tips.get(stored.stream));
    if (E.isLeft(followed)) return followed;
    tips.set(stored.stream, followed.right.tip);
    const recorded = recordedOf(stored, followed.right);
    if (E.isLeft(recorded)) return recorded;
    const verdict = histories.verdicts.take(recorded.right);
    if (verdict !== undefined && chosen(filter, verdict)) verdicts.push(verdict);
    const release = histories.releases.take(recorded.right);
    if (release !== undefined && chosen(filter, release)) releases.push(replayRelease(release));
  }
  return E.right({ verdicts, releases });
};

const NOTHING_YET: ReplayReport = { checked: 0, releases: 0, different: [], differentCount: 0 };

const add = (
  report: ReplayReport,
  verdicts: ReadonlyArray<VerdictReplay>,
  releases: ReadonlyArray<VerdictReplay>,
): ReplayReport => {
  const different = [...verdicts, ...releases].filter(({ differences }) => differences.length > 0);
  return {
    checked: report.checked + verdicts.length,
    releases: report.releases + releases.length,
    different: [...report.different, ...different].slice(0, MOST_LISTED),
    differentCount: report.differentCount + different.length,
  };
};

/** Every verdict of the ledger, and every decision about a key, made again. Left: the ledger can't be read, or is not what was written. */
export const replayAll =
  (deps: LedgerReader & ReplayDeps) =>
  (filter: ReplayFilter = {}, listener: ReplayListener = () => undefined): TE.TaskEither<LoadFault, ReplayReport> => {
    const histories = { verdicts: createHistory(), releases: createReleaseHistory() };
    const tips = new Map<StreamId, FollowedTip>();
    const from = (index: number, size: number, report: ReplayReport): TE.TaskEither<LoadFault, ReplayReport> =>
      pipe(
        deps.store.readAll(index, Math.min(PAGE, size - index)),
        TE.flatMap((page) => {
          const read = index + page.length;
          return pipe(
            TE.fromEither(casesOf(deps, filter, tips, histories, page)),
            TE.flatMap(({ verdicts, releases }) =>
              pipe(
                verdicts,
                TE.traverseSeqArray((verdict) =>
                  pipe(
                    replayVerdict(deps)(verdict),
                    TE.map((replay) => {
                      listener(replay, { read, size });
                      return replay;
                    }),
                  ),
                ),
                TE.map((replays) => add(report, replays, releases)),
              ),
            ),
            TE.flatMap((sum) => (page.length === 0 || read >= size ? TE.right(sum) : from(read, size, sum))),
          );
        }),
      );
    return pipe(
      deps.store.size(),
      TE.flatMap((size) => (size === 0 ? TE.right(NOTHING_YET) : from(0, size, NOTHING_YET))),
    );
  };
