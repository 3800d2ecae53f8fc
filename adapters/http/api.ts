import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Request } from '../../domain/authority-deps.js';
import type { KeyServiceDeps } from '../../domain/key-service-deps.js';
import type { DomainEvent } from '../../domain/ledger/envelope.js';
import type { Executed } from '../../domain/ledger/execute.js';
import type { Approval } from '../../domain/ledger/ledger.js';
import type { Principal } from '../access/tokens.js';
import type { AuthorityLog } from '../authority/authority-log.js';
import type { LiveKeys } from '../authority/live-keys.js';
import type { Verification, VerifyFault } from '../authority/verify-ledger-files.js';
import type { Freshness } from '../caches/freshness.js';
import type { DecisionRecorder } from '../guard/decision-recorder.js';
import type { KeySharing } from '../hand-over/share-keys.js';
import type { ProjectionStore } from '../projection-store/open-projection-store.js';
import type { PublisherStatus } from '../publisher/publisher-status.js';
import type { Metrics } from '../telemetry/metrics.js';
import type { ApiError } from './api-error.js';
import type { Recorded } from './codecs/answers.js';
import type { HostGate } from './host-gate.js';
import type { LedgerHub } from './ledger-hub.js';
import type { Answer } from './route.js';

/** Where it is looked up what is in somebody's scope: of what is not kept, nothing is. */
export type Scoping = Partial<Pick<ProjectionStore, 'clusters' | 'keyLedger'>>;

/** What routes need that only read: an authority has it, and so has who follows one. */
export interface ReadApi {
  readonly deps: Pick<KeyServiceDeps, 'clock'>;
  readonly reads: Pick<ProjectionStore, 'hostTrust' | 'index' | 'indexAt' | 'timeOf'> & Scoping;
  /**
   * Waits, within bounds, until the read models show everything that was in the ledger when it was called: who wrote
   * something, and was answered, reads it in the next request.
   */
  readonly settled: TE.TaskEither<ApiError, void>;
  /** Left where requests had better go to another node. */
  readonly healthy: TE.TaskEither<ApiError, void>;
}

/** What the workload guard needs besides the read models. */
export interface GuardService {
  readonly freshness: Freshness;
  readonly recorder: DecisionRecorder;
  /** Older than this, every answer is no. */
  readonly maxStalenessMs: number;
}

/** What the routes work with. */
export interface Api extends ReadApi {
  readonly deps: KeyServiceDeps;
  /** The approvals under which commands are carried out right now, by command id. */
  readonly approved: Map<string, Approval>;
  readonly gate: HostGate;
  readonly metrics: Metrics;
  readonly reads: ProjectionStore;
  readonly log: AuthorityLog;
  /** Which keys sign here, and how the process takes up what changed. */
  readonly live: LiveKeys;
  /** Undefined: nothing is published. */
  readonly publisher: (() => PublisherStatus) | undefined;
  /** Undefined: there are no other nodes. */
  readonly sharing: Pick<KeySharing, 'holders' | 'handOver'> | undefined;
  /** Whether entries, and so who did what on which host, are for everybody. */
  readonly publicEntries: boolean;
  /** For those who wait for something to be recorded; it ends when the authority begins to. */
  readonly hub: LedgerHub;
  readonly guard: GuardService;
  /** Checks the whole ledger, and the read models against it. */
  readonly verify: TE.TaskEither<VerifyFault, Verification>;
}

interface Asked {
  readonly principal: Principal | undefined;
  readonly commandId: string;
}

/** Who asks, as an event's actor. Admission made sure that there is a principal. */
export const requestOf = ({ principal, commandId }: Asked): Request => ({
  by: { subject: principal?.subject ?? 'nobody', role: principal?.role ?? 'auditor' },
  commandId,
});

/** A command's answer: what it recorded is durable. Reads wait by themselves until they show it. */
export const recorded = (
  stream: string,
  work: TE.TaskEither<ApiError, Executed<unknown, DomainEvent>>,
): TE.TaskEither<ApiError, Answer<Recorded>> =>
  pipe(
    work,
    TE.map(({ events, revision }) => ({
      body: {
        index: events.at(-1)?.index ?? null,
        stream,
        revision,
        events: events.map(({ index, event }) => ({ index, type: event.type })),
      },
    })),
  );
