import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { LedgerEvent } from '../catalogue.js';
import { hostStream } from '../host/host-id.js';
import type { Recorded } from '../ledger/envelope.js';
import type { LedgerReader } from '../ledger/ledger.js';
import type { LoadFault } from '../ledger/load-stream.js';
import type { StoredEntry } from '../ports.js';
import { createHistory, type History, type VerdictCase } from './history.js';
import { createReleaseHistory, type ReleaseDecision, type ReleaseHistory } from './release-history.js';
import { replayRelease } from './replay-release.js';
import { type ReplayDeps, replayVerdict, type VerdictReplay } from './replay-verdict.js';
import { type ScanProgress, scanLedger } from './scan-ledger.js';

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
export type ReplayListener = (replay: VerdictReplay, progress: ScanProgress) => void;

const MOST_LISTED = 1000;

const chosen = (
  { host, from, to }: ReplayFilter,
  decision: Pick<VerdictCase | ReleaseDecision, 'host' | 'recorded'>,
): boolean => {
  const { recordedAt } = decision.recorded;
  const inTime = recordedAt >= (from ?? recordedAt) && recordedAt <= (to ?? recordedAt);
  return inTime && (host === undefined || host === decision.host);
};

const GROUNDS = ['reference/', 'key-provider/', 'key/', 'cluster/'];

/** Streams without a say in these decisions are passed over unread. */
const matters = ({ host }: ReplayFilter, { stream }: StoredEntry): boolean =>
  GROUNDS.some((kind) => stream.startsWith(kind)) ||
  (host === undefined ? stream.startsWith('host/') : stream === hostStream(host));

/** What was decided in a page. Releases are decided again at once: they need nothing but the ledger. */
interface Decided {
  readonly verdicts: ReadonlyArray<VerdictCase>;
  readonly releases: ReadonlyArray<VerdictReplay>;
}

interface Histories {
  readonly verdicts: History;
  readonly releases: ReleaseHistory;
}

/** A page's decisions. */
const casesOf = (filter: ReplayFilter, histories: Histories, page: ReadonlyArray<Recorded<LedgerEvent>>): Decided => {
  const verdicts: Array<VerdictCase> = [];
  const releases: Array<VerdictReplay> = [];
  for (const recorded of page) {
    const verdict = histories.verdicts.take(recorded);
    if (verdict !== undefined && chosen(filter, verdict)) verdicts.push(verdict);
    const release = histories.releases.take(recorded);
    if (release !== undefined && chosen(filter, release)) releases.push(replayRelease(release));
  }
  return { verdicts, releases };
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
    return scanLedger(deps)(
      (entry) => matters(filter, entry),
      NOTHING_YET,
      (report: ReplayReport, page, progress) => {
        const { verdicts, releases } = casesOf(filter, histories, page);
        return pipe(
          verdicts,
          TE.traverseSeqArray((verdict) =>
            pipe(
              replayVerdict(deps)(verdict),
              TE.map((replay) => {
                listener(replay, progress);
                return replay;
              }),
            ),
          ),
          TE.map((replays) => add(report, replays, releases)),
        );
      },
    );
  };
