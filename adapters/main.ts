import { availableParallelism } from 'node:os';
import type { FastifyInstance } from 'fastify';
import { pipe } from 'fp-ts/lib/function.js';
import * as T from 'fp-ts/lib/Task.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { AuthorityDeps } from '../domain/authority-deps.js';
import { summariseForeignEvidence } from '../domain/host/summarise-foreign-evidence.js';
import { tellKeyServers } from '../domain/key-provider/end-primary-key.js';
import { observeProvider } from '../domain/key-provider/observe-provider.js';
import type { KeyServiceDeps } from '../domain/key-service-deps.js';
import type { Approval } from '../domain/ledger/ledger.js';
import { authenticator } from './access/authenticate.js';
import { bringTokensToLedger } from './access/take-over-tokens.js';
import { tokenVerifier } from './access/token-verifier.js';
import { makeDeps } from './authority/authority-deps.js';
import { type AuthorityParts, type OpenOptions, openParts } from './authority/authority-parts.js';
import { dataFolder } from './authority/data-folder.js';
import { followKeys } from './authority/follow-keys.js';
import { type KeyService, makeKeyService } from './authority/key-service.js';
import type { LiveKeys } from './authority/live-keys.js';
import { logPlacesOf } from './authority/log-places.js';
import type { OpenError } from './authority/open-error.js';
import { type NodeLog, openKeySharing } from './authority/open-key-sharing.js';
import { openPublisher } from './authority/open-publisher.js';
import { reachesLedger } from './authority/reaches-ledger.js';
import { settleRemediations } from './authority/remediations.js';
import { verifyLedgerFiles } from './authority/verify-ledger-files.js';
import { createFreshness } from './caches/freshness.js';
import { DEFAULTS } from './config/settings.js';
import { entryEngines } from './crypto/engines.js';
import { type Sealer } from './event-store/sqlite/sealer.js';
import { createDecisionRecorder } from './guard/decision-recorder.js';
import type { Api } from './http/api.js';
import type { ApiError } from './http/api-error.js';
import { DEFAULT_HOST_LIMITS, makeHostGate } from './http/host-gate.js';
import { createLedgerHub } from './http/ledger-hub.js';
import { unreviewedIn } from './http/routes/break-glass.js';
import { allRoutes } from './http/routes.js';
import { makeServer } from './http/server.js';
import { settledAt, settledBy } from './http/settled.js';
import { type ProjectionStore } from './projection-store/open-projection-store.js';
import type { Publisher } from './publisher/start-publisher.js';
import { systemClock, systemRandom } from './system.js';

export interface OpenedAuthority {
  readonly app: FastifyInstance;
  readonly deps: KeyServiceDeps;
  readonly reads: ProjectionStore;
  /** Answers what was begun, writes the signed head, and gives the folder free. */
  readonly close: () => Promise<void>;
}

interface Assembled {
  readonly parts: AuthorityParts;
  readonly opened: OpenedAuthority;
}

const MINUTE_MS = 60_000;

/** What happens by itself while the authority is open. The answer stops it and does it a last time. */
const keepHouse = (deps: KeyServiceDeps, reads: ProjectionStore, sealer: Sealer): (() => Promise<void>) => {
  const everyMinute = setInterval(() => {
    void summariseForeignEvidence(deps)()();
    void observeProviders(deps, reads);
    void settleRemediations(deps, reads.clusters.now());
  }, MINUTE_MS);
  everyMinute.unref();
  return async () => {
    clearInterval(everyMinute);
    await summariseForeignEvidence(deps)(true)();
    await sealer.close();
  };
};

/** Health is recorded when it changes, so that a read of it is never older than a minute. */
const observeProviders = async (deps: KeyServiceDeps, reads: ProjectionStore): Promise<void> => {
  for (const { provider, removed } of reads.keyProviders.now().values()) {
    if (removed !== null) continue;
    await observeProvider(deps)(provider)();
    await tellKeyServers(deps)(provider)();
  }
};

const serverOf = (options: OpenOptions, api: Api, parts: AuthorityParts): FastifyInstance => {
  const { identity, earlierTokens, secrets, live } = parts;
  return makeServer({
    routes: allRoutes(api, identity, live.tokenKeys),
    access: {
      authenticate: authenticator(
        api.deps,
        earlierTokens,
        tokenVerifier(() => performance.now()),
      ),
      gate: api.gate,
      open: new Set(api.publicEntries ? ['logEntries'] : []),
    },
    metrics: api.metrics,
    log: { level: 'silent', ...options.log },
    tls: options.tls,
    settledAt: settledAt(api.deps, api.reads),
    locked: secrets === undefined,
  });
};

const keyServiceOf = (deps: AuthorityDeps, parts: AuthorityParts): KeyService => {
  const { files, identity, secrets, log, live } = parts;
  return makeKeyService({
    deps,
    authority: identity.kid,
    tokenKeys: live.tokenKeys,
    tokenSigner: live.tokenSigner,
    vault: secrets?.vault,
    oneOfSeveral: files.store.cluster !== undefined,
    witnessed: log.witnessed,
  });
};

/** A host that comes for a verdict leaves with a token: a node that has none to give had better not be asked. */
const canGiveTokens = ({ missing }: LiveKeys): TE.TaskEither<ApiError, void> => {
  const key = missing().find(({ purpose }) => purpose === 'token');
  return key === undefined ? TE.right(undefined) : TE.left({ _tag: 'SharedKeyMissing', ...key });
};

const publisherOf = ({ kafka, clock = systemClock }: OpenOptions, parts: AuthorityParts): Publisher | undefined => {
  const { files, folder, log, metrics, secrets } = parts;
  // Opened for reading only, another process may be the one that publishes.
  if (kafka === undefined || secrets === undefined) return undefined;
  const { hashing } = entryEngines;
  const authority = files.publicKeys.authority.kid;
  return openPublisher({
    hashing,
    store: files.store.events,
    log,
    authority,
    cluster: files.store.cluster,
    file: folder.publisher,
    kafka,
    clock,
    metrics,
  });
};

const guardOf = (
  { guardMaxStalenessMs: maxStalenessMs = DEFAULTS['guard-max-staleness'] }: OpenOptions,
  settled: Api['settled'],
  deps: AuthorityDeps,
): Api['guard'] => {
  const now = (): number => performance.now();
  const recorder = createDecisionRecorder({ ...deps, newCommandId: deps.random.uuid }, now);
  return { freshness: createFreshness(settled, now), maxStalenessMs, recorder };
};

const assemble = (options: OpenOptions, parts: AuthorityParts): OpenedAuthority => {
  const { clock = systemClock, random = systemRandom, limits = DEFAULT_HOST_LIMITS } = options;
  const { files, live, reader, identity, reads, secrets, metrics, sealer, log } = parts;
  const { store, headFile } = files;
  const { group } = identity;
  const challengeKey = options.challengeKey ?? secrets?.keys.challengeKey ?? new Uint8Array(32);
  const { evidence } = store;
  const approved = new Map<string, Approval>();
  const approvalOf = (id: string): Approval | undefined => approved.get(id);
  const { signer } = live;
  const authority = makeDeps({ reader, evidence, signer, challengeKey, group, clock, random, approvalOf });
  const keyService = keyServiceOf(authority, parts);
  const { deps } = keyService;
  const stopFollowingKeys = followKeys(parts);
  const stopCounting = deps.store.onAppended(() => metrics.count('sekisho_appends_total'));
  metrics.gauge('sekisho_log_sealing', () => (log.leads() ? 1 : 0));
  metrics.gauge('sekisho_store_connected', () => (store.cluster?.connected() === false ? 0 : 1));
  const gate = makeHostGate(limits, () => performance.now());
  const verify = verifyLedgerFiles({
    store,
    headFile,
    pinned: files.publicKeys.authority.kid,
    log: logPlacesOf(parts.folder, files),
    openLog: store.cluster === undefined ? undefined : log,
    readModels: parts.folder.projections,
    workers: availableParallelism(),
  });
  const { publicEntries = false } = options;
  metrics.gauge('sekisho_break_glass_unreviewed', () => unreviewedIn(reads.approvals.now()));
  const settled = settledBy(deps, reads);
  const reaches = reachesLedger(store.cluster);
  const guard = guardOf(
    options,
    pipe(
      reaches,
      TE.flatMap(() => settled),
    ),
    deps,
  );
  const publisher = publisherOf(options, parts);
  const hub = createLedgerHub(deps.store);
  // Nothing is said before the first step, which is behind the making of the server.
  const say: NodeLog = { info: (text) => app.log.info(text), warn: (text) => app.log.warn(text) };
  const sharing = openKeySharing(parts, say);
  metrics.gauge('sekisho_shared_keys_missing', () => live.missing().length);
  const api = {
    deps,
    approved,
    reads,
    gate,
    metrics,
    log,
    publicEntries,
    settled,
    healthy: pipe(
      reaches,
      TE.flatMap(() => canGiveTokens(live)),
    ),
    guard,
    verify,
    hub,
    live,
    publisher: publisher?.status,
    sharing,
  };
  const app = serverOf(options, api, parts);
  const stopHouse = sealer === undefined ? () => Promise.resolve() : keepHouse(deps, reads, sealer);
  const close = async (): Promise<void> => {
    hub.end();
    await app.close();
    await stopHouse();
    await keyService.close();
    await log.close();
    await publisher?.stop();
    await sharing?.close();
    stopCounting();
    stopFollowingKeys();
    await reads.close();
    secrets?.signer?.close();
    await store.close();
  };
  return { app, deps, reads, close };
};

/** Left undone, it is for the next start: until then this node's file answers for what it knows. */
const takeOver = ({ parts, opened }: Assembled): T.Task<unknown> => {
  const { folder, files, earlierTokens: tokens, secrets } = parts;
  if (secrets === undefined) return T.of(undefined);
  const [authority, shared] = [files.publicKeys.authority.kid, files.store.cluster !== undefined];
  return bringTokensToLedger(opened.deps, { file: folder.tokens, tokens, authority, shared });
};

/**
 * Puts an authority together from its data folder. One process at a time; left when another has it, when it is not what
 * was written, or when the passphrase is wrong.
 */
export const openAuthority = (options: OpenOptions): TE.TaskEither<OpenError, OpenedAuthority> =>
  pipe(
    openParts(dataFolder(options.dir), options),
    TE.map((parts) => ({ parts, opened: assemble(options, parts) })),
    TE.tapTask(takeOver),
    TE.map(({ opened }) => opened),
  );
