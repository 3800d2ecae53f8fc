import { randomUUID } from 'node:crypto';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { EventStore, StoreError } from '../../domain/ports.js';
import { readEntryBundle } from '../../domain/transparency/log-resources.js';
import type { LogEngines, LogFault, SignedCheckpoint } from '../../domain/transparency/log-state.js';
import { originOf } from '../../domain/transparency/origin.js';
import type { PlaceUnavailable } from '../../domain/transparency/ports.js';
import { CHECKPOINT_PATH, readPublished } from '../../domain/transparency/read-signed.js';
import { parseTilePath, TILE_WIDTH, tilePath } from '../../domain/transparency/tile.js';
import { formatTlogProof } from '../../domain/transparency/tlog-proof.js';
import {
  consistencyFromTiles,
  inclusionFromTiles,
  type ProofFault,
  type ReadTile,
} from '../../domain/transparency/tree-proof.js';
import type { WitnessPolicy } from '../../domain/transparency/witness-policy.js';
import { entryEngines } from '../crypto/engines.js';
import type { KurrentLedger } from '../event-store/kurrent/open-kurrent-ledger.js';
import type { CheckpointKeeper } from '../transparency/checkpoint-keeper.js';
import { createFileCheckpointRecord } from '../transparency/file-checkpoint-record.js';
import { createFolderTileStorage } from '../transparency/folder-tile-storage.js';
import { followLog } from '../transparency/follow-log.js';
import { createKurrentCheckpointRecord } from '../transparency/kurrent/kurrent-checkpoint-record.js';
import { createSealerLease } from '../transparency/kurrent/sealer-lease.js';
import { shareCheckpoint } from '../transparency/kurrent/shared-checkpoint.js';
import { openTransparencyLog, type TransparencyLog } from '../transparency/transparency-log.js';
import { createCosigner } from '../witness/cosigner.js';
import type { AuthorityLog, ServedLog } from './authority-log.js';
import { openClusterLog } from './cluster-log.js';
import type { DataFolder } from './data-folder.js';
import type { LiveKeys } from './live-keys.js';
import type { OpenError } from './open-error.js';
import { keeperOf, withWitnessed } from './witnessed-log.js';

export interface LogOptions {
  readonly folder: DataFolder;
  readonly store: EventStore;
  /** Key id of the founding authority key. */
  readonly authority: string;
  readonly keys: Pick<LiveKeys, 'logSigners' | 'logKeys' | 'keyring' | 'missing' | 'upToDate'>;
  readonly readOnly: boolean;
  readonly policy: WitnessPolicy | undefined;
  /** Other nodes write and seal as well. */
  readonly cluster?: KurrentLedger | undefined;
  readonly onFault: (tag: string) => void;
}

type Engines = LogEngines & { readonly store: EventStore };

const enginesOf = ({ folder, store, authority, keys, cluster }: LogOptions): Engines => {
  const own = createFolderTileStorage(folder.logTiles);
  return {
    hashing: entryEngines.hashing,
    verifyEd25519: entryEngines.verifyEd25519,
    store,
    record:
      cluster === undefined
        ? createFileCheckpointRecord(folder.logRecord)
        : createKurrentCheckpointRecord(cluster.client, cluster.names.record),
    tiles: cluster === undefined ? own : shareCheckpoint(cluster.client, cluster.names.published, own),
    origin: originOf(authority),
    signers: keys.logSigners,
    takeUpKeys: pipe(
      keys.upToDate,
      TE.mapLeft(({ _tag: detail }): LogFault => ({ _tag: 'SignerUnavailable', detail })),
    ),
    formerKeys: keys.logKeys,
  };
};

/** Where a partial tile was replaced by the full one, its beginning is what was asked for. */
const readStored =
  ({ tiles }: Engines): ReadTile<PlaceUnavailable> =>
  (tile) =>
    pipe(
      tiles.read(tilePath(tile)),
      TE.flatMap((bytes) =>
        bytes === undefined && tile.width < TILE_WIDTH
          ? pipe(
              tiles.read(tilePath({ ...tile, width: TILE_WIDTH })),
              TE.map((full) => full?.slice(0, tile.width * 32)),
            )
          : TE.right(bytes),
      ),
    );

type Published = () => SignedCheckpoint | undefined;

const inclusion =
  (engines: Engines, read: ReadTile<PlaceUnavailable>, published: Published) =>
  (index: number): TE.TaskEither<ProofFault<PlaceUnavailable>, Uint8Array> => {
    const against = published();
    return pipe(
      inclusionFromTiles(engines.hashing, read, index, against?.checkpoint.size ?? 0),
      TE.map((hashes) =>
        formatTlogProof({ extra: undefined, index, hashes, checkpoint: against?.bytes ?? new Uint8Array() }),
      ),
    );
  };

/** What was published stays readable without the key that signed it. */
const reading = (engines: Engines, published: Published): ServedLog => {
  const read = readStored(engines);
  return {
    published,
    resource: (path): TE.TaskEither<PlaceUnavailable | StoreError, Uint8Array | undefined> => {
      if (path === CHECKPOINT_PATH) return TE.right(published()?.bytes);
      const tile = parseTilePath(path);
      if (E.isLeft(tile)) return TE.right(undefined);
      const size = published()?.checkpoint.size ?? 0;
      return tile.right.level === 'entries' ? readEntryBundle(engines.store, size)(tile.right) : read(tile.right);
    },
    proveInclusion: inclusion(engines, read, published),
    proveConsistency: (older, size) => consistencyFromTiles(engines.hashing, read, older, size),
    // Whether a checkpoint has its quorum is known to the node that asked for it.
    witnessed: () => TE.right(false),
    leads: () => false,
    close: () => Promise.resolve(),
  };
};

const forReading = (engines: Engines): TE.TaskEither<LogFault, ServedLog> =>
  pipe(
    readPublished(engines),
    TE.map((published) => reading(engines, () => published)),
  );

const sizeOf = (log: TransparencyLog): number => log.published()?.checkpoint.size ?? 0;

/** Who asks for what was recorded, and not published yet, waits for that. */
const forWriting = (log: TransparencyLog, hasWitnesses: boolean): ServedLog => ({
  published: log.published,
  resource: (path) =>
    path === CHECKPOINT_PATH && log.published() === undefined
      ? pipe(
          TE.fromTask(log.sealNow()),
          TE.flatMap(() => log.resource(path)),
        )
      : log.resource(path),
  proveInclusion: (index) =>
    index < sizeOf(log)
      ? log.proveInclusion(index)
      : pipe(
          TE.fromTask(log.sealNow()),
          TE.flatMap(() => log.proveInclusion(index)),
        ),
  proveConsistency: log.proveConsistency,
  witnessed: (index) => {
    // Where witnesses are asked for, nothing is published without their quorum.
    if (!hasWitnesses || index < sizeOf(log)) return TE.right(hasWitnesses);
    return TE.fromTask(() =>
      log
        .sealNow()()
        .then(() => index < sizeOf(log)),
    );
  },
  leads: () => log.halted() === undefined,
  close: async () => {
    await log.sealNow()();
    await log.stop();
  },
});

const SEAL_AFTER_MS = 500;
const SEAL_EVERY = 256;

const sealing = (
  options: LogOptions,
  engines: Engines,
  keeper: CheckpointKeeper | undefined,
): TE.TaskEither<LogFault, TransparencyLog> => {
  const { policy } = options;
  const { verifyEd25519 } = engines;
  return openTransparencyLog({
    engines,
    cosigner: policy === undefined ? undefined : createCosigner({ policy, verifyEd25519 }),
    sealAfterMillis: SEAL_AFTER_MS,
    sealEvery: SEAL_EVERY,
    onPublished: ({ bytes }) => keeper?.offer(bytes),
    onFault: ({ _tag }) => options.onFault(_tag),
  });
};

const LEASE_MS = 3_000;
const STEP_MS = 750;

/** Of all nodes one seals; this one, or another. */
const together = (
  options: LogOptions,
  engines: Engines,
  keeper: CheckpointKeeper | undefined,
  { client, names, caughtUp }: KurrentLedger,
): ServedLog => {
  const lease = createSealerLease({
    client,
    stream: names.lease,
    node: randomUUID(),
    monotonic: () => performance.now(),
    leaseMillis: LEASE_MS,
  });
  const followed = followLog({
    engines,
    own: createFolderTileStorage(options.folder.logTiles),
    onPublished: ({ bytes }) => keeper?.offer(bytes),
  });
  const seal = pipe(
    sealing(options, engines, keeper),
    TE.map((log) => ({ log: forWriting(log, options.policy !== undefined), halted: log.halted, stop: log.stop })),
  );
  const { onFault, keys } = options;
  const read = reading(engines, followed.published);
  const maySign = (): boolean => keys.missing().every(({ purpose }) => purpose !== 'log');
  return openClusterLog({ lease, followed, reading: read, seal, caughtUp, maySign, stepMillis: STEP_MS, onFault });
};

const opened = (
  options: LogOptions,
  engines: Engines,
  keeper: CheckpointKeeper | undefined,
): TE.TaskEither<LogFault, ServedLog> => {
  if (options.readOnly) return forReading(engines);
  if (options.cluster !== undefined) return TE.right(together(options, engines, keeper, options.cluster));
  return pipe(
    sealing(options, engines, keeper),
    TE.map((log) => forWriting(log, options.policy !== undefined)),
  );
};

/** Opens the log beside its ledger, or begins it. Left when what was signed is not what the ledger holds. */
export const openLog = (options: LogOptions): TE.TaskEither<OpenError, AuthorityLog> => {
  const engines = enginesOf(options);
  const keeper = options.readOnly ? undefined : keeperOf(options);
  return pipe(
    opened(options, engines, keeper),
    TE.bimap(
      (fault): OpenError => ({ _tag: 'LogRefused', fault }),
      (log) => withWitnessed(options, keeper, log),
    ),
  );
};
