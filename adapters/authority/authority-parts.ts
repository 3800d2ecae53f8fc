import { existsSync } from 'node:fs';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { SecretVault } from '../../domain/key-provider/ports.js';
import type { LedgerReader } from '../../domain/ledger/ledger.js';
import type { Clock, Random } from '../../domain/ports.js';
import { type EarlierToken, readEarlierTokens } from '../access/earlier-tokens.js';
import { entryEngines } from '../crypto/engines.js';
import { checkHead, openSealer, type Sealer } from '../event-store/sqlite/sealer.js';
import { type HostLimits } from '../http/host-gate.js';
import { type Tls } from '../http/server.js';
import type { KeyStore } from '../key-store/key-store.js';
import { openVault } from '../key-vault/open-vault.js';
import { openProjectionStore, type ProjectionStore } from '../projection-store/open-projection-store.js';
import type { KafkaSettings } from '../publisher/kafka/kafka-settings.js';
import type { SignerConnection } from '../signer/signer-connection.js';
import { systemClock } from '../system.js';
import type { LogLevel, LogStream } from '../telemetry/log.js';
import { type Metrics, makeMetrics } from '../telemetry/metrics.js';
import { type AuthorityIdentity, readIdentity } from './authority-identity.js';
import type { AuthorityLog } from './authority-log.js';
import { type DataFolder } from './data-folder.js';
import { type LiveKeys, openLiveKeys } from './live-keys.js';
import { type GivenPolicy, logPolicyOf } from './log-policy.js';
import type { OpenError } from './open-error.js';
import { openKeys, signerAt } from './open-keys.js';
import { type LedgerFiles, openLedgerFiles } from './open-ledger.js';
import { openLog } from './open-log.js';

export interface OpenOptions {
  readonly dir: string;
  /** Undefined: for reading only. Nothing is signed, so nothing can change. */
  readonly passphrase: string | undefined;
  /** Socket of a signer that has keys which the key file only names. Undefined: all of them are in the file. */
  readonly signer?: string | undefined;
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
  /** Milliseconds that the workload guard may answer from read models not known to be whole. */
  readonly guardMaxStalenessMs?: number;
  /** Undefined: nothing is published. */
  readonly kafka?: KafkaSettings | undefined;
}

interface Secrets {
  readonly keys: KeyStore;
  /** As the key file and the signer are now. */
  readonly reopen: TE.TaskEither<OpenError, KeyStore>;
  readonly signer: SignerConnection | undefined;
  readonly vault: SecretVault;
  /** The key file and what opens it. */
  readonly place: { readonly file: string; readonly passphrase: string };
}

const secretsOf = (
  { keys: file, vault }: DataFolder,
  { passphrase, signer: socket }: OpenOptions,
): TE.TaskEither<OpenError, Secrets | undefined> => {
  if (passphrase === undefined) return TE.right(undefined);
  const signer = signerAt(socket);
  const reopen = openKeys({ file, passphrase, signer });
  return pipe(
    reopen,
    TE.bindTo('keys'),
    TE.bindW('vault', () => openVault(vault, passphrase)),
    TE.map((held) => ({ ...held, reopen, signer, place: { file, passphrase } })),
    TE.tapError(() => TE.fromIO(() => signer?.close())),
  );
};

/** What an authority is put together from, each opened in the order in which one vouches for the next. */
export interface AuthorityParts {
  readonly folder: DataFolder;
  readonly files: LedgerFiles;
  readonly live: LiveKeys;
  readonly reader: LedgerReader;
  readonly identity: AuthorityIdentity;
  readonly reads: ProjectionStore;
  readonly earlierTokens: ReadonlyArray<EarlierToken>;
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
  { files, secrets, live, metrics, reads }: Pick<AuthorityParts, 'files' | 'secrets' | 'live' | 'metrics' | 'reads'>,
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
    TE.tapError(() => TE.fromTask(reads.close)),
  );
};

/** Told before any key is opened: a folder that was copied from, or is not copied to yet, must sign nothing. */
const notElsewhere = (folder: DataFolder, { passphrase }: OpenOptions): TE.TaskEither<OpenError, object> => {
  const dir = folder.root;
  if (existsSync(folder.copying)) return TE.left({ _tag: 'CopyUnfinished', dir });
  return passphrase !== undefined && existsSync(folder.moved) ? TE.left({ _tag: 'LedgerMoved', dir }) : TE.right({});
};

export const openParts = (folder: DataFolder, options: OpenOptions): TE.TaskEither<OpenError, AuthorityParts> =>
  pipe(
    notElsewhere(folder, options),
    TE.let('metrics', makeMetrics),
    TE.bind('secrets', () => secretsOf(folder, options)),
    TE.bind('files', ({ metrics }) =>
      openLedgerFiles(folder, ({ _tag }) => metrics.count('sekisho_store_faults_total', _tag)),
    ),
    TE.bind('live', ({ files, secrets }) =>
      orClose(files)(
        openLiveKeys({
          store: files.store.events,
          publicKeys: files.publicKeys,
          oneOfSeveral: files.store.cluster !== undefined,
          secret: secrets,
        }),
      ),
    ),
    TE.let('reader', ({ files, live }) => ({ ...entryEngines, store: files.store.events, keyring: live.keyring })),
    TE.bind('identity', ({ files, reader }) => orClose(files)(readIdentity(reader, folder.root))),
    TE.bind('sealer', ({ files, reader, live, secrets, metrics }) =>
      orClose(files)(sealerOf(options, reader, files, secrets === undefined ? undefined : live, metrics)),
    ),
    TE.bind('earlierTokens', ({ files }) => orClose(files)(readEarlierTokens(folder.tokens))),
    TE.bind('reads', ({ files, reader }) => orClose(files)(openProjectionStore(reader, folder.projections))),
    TE.bind('log', (parts) => orClose(parts.files)(logOf(folder, options.policy, parts))),
    TE.map((parts) => ({ folder, ...parts })),
  );
