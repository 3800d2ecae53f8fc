import type { FastifyInstance } from 'fastify';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { currentAccess } from '../domain/access/access-stream.js';
import type { AuthorityDeps } from '../domain/authority-deps.js';
import { summariseForeignEvidence } from '../domain/host/summarise-foreign-evidence.js';
import { observeProvider } from '../domain/key-provider/observe-provider.js';
import type { SecretVault } from '../domain/key-provider/ports.js';
import type { KeyServiceDeps } from '../domain/key-service-deps.js';
import { AUTHORITY_STREAM } from '../domain/ledger/keyring.js';
import type { Approval, LedgerReader } from '../domain/ledger/ledger.js';
import type { Clock, Random } from '../domain/ports.js';
import { openTokenStore, type TokenStore } from './access/token-store.js';
import type { Principal } from './access/tokens.js';
import { makeDeps } from './authority-deps.js';
import { type AuthorityIdentity, readIdentity } from './authority-identity.js';
import type { AuthorityLog } from './authority-log.js';
import { type DataFolder, dataFolder } from './data-folder.js';
import { entryEngines } from './engines.js';
import { checkHead, openSealer, type Sealer } from './event-store/sqlite/sealer.js';
import type { Api } from './http/api.js';
import { DEFAULT_HOST_LIMITS, type HostLimits, makeHostGate } from './http/host-gate.js';
import { createLedgerHub } from './http/ledger-hub.js';
import { allRoutes } from './http/routes.js';
import { makeServer, type Tls } from './http/server.js';
import { settledAt, settledBy } from './http/settled.js';
import { type KeyService, makeKeyService } from './key-service.js';
import { type KeyStore, openKeyStore } from './key-store/key-store.js';
import { openVault } from './key-vault/open-vault.js';
import { type LiveKeys, openLiveKeys } from './live-keys.js';
import { logPlacesOf } from './log-places.js';
import { type GivenPolicy, logPolicyOf } from './log-policy.js';
import type { OpenError } from './open-error.js';
import { type LedgerFiles, openLedgerFiles } from './open-ledger.js';
import { openLog } from './open-log.js';
import { openPublisher } from './open-publisher.js';
import { openProjectionStore, type ProjectionStore } from './projection-store/open-projection-store.js';
import type { KafkaSettings } from './publisher/kafka/kafka-settings.js';
import type { Publisher } from './publisher/start-publisher.js';
import { systemClock, systemRandom } from './system.js';
import type { LogLevel, LogStream } from './telemetry/log.js';
import { type Metrics, makeMetrics } from './telemetry/metrics.js';
import { verifyLedgerFiles } from './verify-ledger-files.js';

export interface OpenOptions {
  readonly dir: string;
  /** Undefined: for reading only. Nothing is signed, so nothing can change. */
  readonly passphrase: string | undefined;
  readonly clock?: Clock;
  readonly random?: Random;
  /** Instead of the key file's: for playing recorded sessions. */
  readonly challengeKey?: Uint8Array;
  readonly limits?: HostLimits;
  readonly log?: { readonly level: LogLevel; readonly stream?: LogStream };
  readonly tls?: Tls | undefined;
  /** Whose cosignatures checkpoints need from now on. Undefined: as it was. */
  readonly policy?: GivenPolicy | undefined;
  /** Let everybody read the entries of the log, not auditors alone. */
  readonly publicEntries?: boolean;
  /** Undefined: nothing is published. */
  readonly kafka?: KafkaSettings | undefined;
}

export interface OpenedAuthority {
  readonly app: FastifyInstance;
  readonly deps: KeyServiceDeps;
  readonly reads: ProjectionStore;
  /** Answers what was begun, writes the signed head, and gives the folder free. */
  readonly close: () => Promise<void>;
}

interface Secrets {
  readonly file: string;
  readonly passphrase: string;
  readonly keys: KeyStore;
  readonly vault: SecretVault;
}

const secretsOf = (
  { keys: file, vault }: DataFolder,
  { passphrase }: OpenOptions,
): TE.TaskEither<OpenError, Secrets | undefined> =>
  passphrase === undefined
    ? TE.right(undefined)
    : pipe(
        openKeyStore(file, passphrase),
        TE.bindTo('keys'),
        TE.bindW('vault', () => openVault(vault, passphrase)),
        TE.map((held) => ({ file, passphrase, ...held })),
      );

interface Parts {
  readonly folder: DataFolder;
  readonly files: LedgerFiles;
  readonly live: LiveKeys;
  readonly reader: LedgerReader;
  readonly identity: AuthorityIdentity;
  readonly reads: ProjectionStore;
  readonly tokens: TokenStore;
  readonly secrets: Secrets | undefined;
  readonly metrics: Metrics;
  /** Undefined: for reading only. */
  readonly sealer: Sealer | undefined;
  readonly log: AuthorityLog;
}

/** Frees the ledger's lock when a later step fails. */
const orClose =
  ({ store }: LedgerFiles) =>
  <A>(work: TE.TaskEither<OpenError, A>): TE.TaskEither<OpenError, A> =>
    pipe(
      work,
      TE.tapError(() => TE.fromTask(store.close)),
    );

const SEAL_MS = 1_000;

/** The head must vouch for the store before anything is served; from then on it follows what is appended. */
const sealerOf = (
  options: OpenOptions,
  reader: LedgerReader,
  { head, headFile }: LedgerFiles,
  live: LiveKeys | undefined,
  metrics: Metrics,
): TE.TaskEither<OpenError, Sealer | undefined> => {
  if (live === undefined) return pipe(checkHead(reader, head), TE.as(undefined));
  const { signer } = live;
  const { clock = systemClock } = options;
  const onFault = (): void => metrics.count('sekisho_head_faults_total');
  return openSealer({ ...reader, signer, clock, file: headFile, every: SEAL_MS, onFault });
};

const logOf = (
  folder: DataFolder,
  given: GivenPolicy | undefined,
  { files, secrets, live, metrics, reads }: Pick<Parts, 'files' | 'secrets' | 'live' | 'metrics' | 'reads'>,
): TE.TaskEither<OpenError, AuthorityLog> => {
  const { authority } = files.publicKeys;
  const onFault = (tag: string): void => metrics.count('sekisho_log_faults_total', tag);
  return pipe(
    logPolicyOf(folder, given),
    TE.flatMap((policy) =>
      openLog({
        folder,
        store: files.store.events,
        cluster: files.store.cluster,
        authority: authority.kid,
        keys: live,
        readOnly: secrets === undefined,
        policy,
        onFault,
      }),
    ),
    TE.tapError(() => TE.fromIO(reads.close)),
  );
};

const openParts = (folder: DataFolder, options: OpenOptions): TE.TaskEither<OpenError, Parts> =>
  pipe(
    TE.Do as TE.TaskEither<OpenError, object>,
    TE.let('metrics', makeMetrics),
    TE.bind('secrets', () => secretsOf(folder, options)),
    TE.bind('files', () => openLedgerFiles(folder)),
    TE.bind('live', ({ files, secrets }) =>
      orClose(files)(openLiveKeys({ store: files.store.events, publicKeys: files.publicKeys, secret: secrets })),
    ),
    TE.let('reader', ({ files, live }) => ({ ...entryEngines, store: files.store.events, keyring: live.keyring })),
    TE.bind('identity', ({ files, reader }) => orClose(files)(readIdentity(reader, folder.root))),
    TE.bind('sealer', ({ files, reader, live, secrets, metrics }) =>
      orClose(files)(sealerOf(options, reader, files, secrets === undefined ? undefined : live, metrics)),
    ),
    TE.bind('tokens', ({ files }) =>
      orClose(files)(openTokenStore(folder.tokens, (options.random ?? systemRandom).bytes)),
    ),
    TE.bind('reads', ({ files, reader }) => orClose(files)(openProjectionStore(reader, folder.projections))),
    TE.bind('log', (parts) => orClose(parts.files)(logOf(folder, options.policy, parts))),
    TE.map((parts) => ({ folder, ...parts })),
  );

/** A token opens what the ledger grants its holder now, whatever the token file says. */
const authenticator =
  (deps: AuthorityDeps, tokens: TokenStore) =>
  async (token: string): Promise<Principal | undefined> => {
    const principal = tokens.find(token);
    if (principal === undefined) return undefined;
    const granted = await currentAccess(deps)();
    return E.isRight(granted) && granted.right.state.operators.get(principal.subject)?.role === principal.role
      ? principal
      : undefined;
  };

const MINUTE_MS = 60_000;

/** What happens by itself while the authority is open. The answer stops it and does it a last time. */
const keepHouse = (deps: KeyServiceDeps, reads: ProjectionStore, sealer: Sealer): (() => Promise<void>) => {
  const everyMinute = setInterval(() => {
    void summariseForeignEvidence(deps)()();
    void observeProviders(deps, reads);
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
    if (removed === null) await observeProvider(deps)(provider)();
  }
};

const serverOf = (options: OpenOptions, api: Api, parts: Parts): FastifyInstance => {
  const { identity, tokens, secrets, live } = parts;
  return makeServer({
    routes: allRoutes(api, identity, tokens, live.tokenKeys),
    access: {
      authenticate: authenticator(api.deps, tokens),
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

const keyServiceOf = (deps: AuthorityDeps, parts: Parts): KeyService => {
  const { identity, secrets, log, live } = parts;
  return makeKeyService({
    deps,
    authority: identity.kid,
    tokenKeys: live.tokenKeys,
    tokenSigner: live.tokenSigner,
    vault: secrets?.vault,
    witnessed: log.witnessed,
  });
};

const publisherOf = ({ kafka, clock = systemClock }: OpenOptions, parts: Parts): Publisher | undefined => {
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
    file: folder.publisher,
    kafka,
    clock,
    metrics,
  });
};

/** Keys that another node brought in, or ended, count here as soon as this node has seen it. */
const followKeys = ({ files, live }: Parts): (() => void) => {
  const { events, cluster } = files.store;
  if (cluster === undefined) return () => undefined;
  let seen = 0;
  void events
    .size()()
    .then((size) => {
      seen = E.isRight(size) ? size.right : 0;
    });
  return events.onAppended((size) => {
    const from = seen;
    seen = size;
    void events
      .readAll(from, Math.max(size - from, 1))()
      .then((read) => {
        const changed = E.isRight(read) && read.right.some(({ stream }) => stream === AUTHORITY_STREAM);
        if (changed) void live.refresh();
      });
  });
};

const assemble = (options: OpenOptions, parts: Parts): OpenedAuthority => {
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
  const gate = makeHostGate(limits, () => performance.now());
  const verify = verifyLedgerFiles({
    store,
    headFile,
    pinned: files.publicKeys.authority.kid,
    log: logPlacesOf(parts.folder, files),
  });
  const { publicEntries = false } = options;
  const settled = settledBy(deps, reads);
  const publisher = publisherOf(options, parts);
  const hub = createLedgerHub(deps.store);
  const api = {
    deps,
    approved,
    reads,
    gate,
    metrics,
    log,
    publicEntries,
    settled,
    verify,
    hub,
    live,
    publisher: publisher?.status,
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
    stopCounting();
    stopFollowingKeys();
    reads.close();
    await store.close();
  };
  return { app, deps, reads, close };
};

/**
 * Puts an authority together from its data folder. One process at a time; left when another has it, when it is not what
 * was written, or when the passphrase is wrong.
 */
export const openAuthority = (options: OpenOptions): TE.TaskEither<OpenError, OpenedAuthority> =>
  pipe(
    openParts(dataFolder(options.dir), options),
    TE.map((parts) => assemble(options, parts)),
  );
