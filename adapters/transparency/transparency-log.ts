import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { EventStore, StoreError } from '../../domain/ports.js';
import type { Cosigner, ProveConsistency, QuorumNotReached } from '../../domain/transparency/cosigner.js';
import { readEntryBundle, readHashTile } from '../../domain/transparency/log-resources.js';
import type { LogEngines, LogFault, SignedCheckpoint } from '../../domain/transparency/log-state.js';
import type { PlaceUnavailable } from '../../domain/transparency/ports.js';
import { CHECKPOINT_PATH, readPublished } from '../../domain/transparency/read-signed.js';
import { resume } from '../../domain/transparency/resume.js';
import { parseTilePath } from '../../domain/transparency/tile.js';
import { formatTlogProof } from '../../domain/transparency/tlog-proof.js';
import { consistencyFromTiles, inclusionFromTiles, type ProofFault } from '../../domain/transparency/tree-proof.js';
import { startPublisher } from './publisher.js';
import { startSealer } from './sealer.js';

export interface TransparencyLogOptions {
  readonly engines: LogEngines & { readonly store: Pick<EventStore, 'readAll' | 'size' | 'onAppended'> };
  /** Undefined: checkpoints are published without witnesses. */
  readonly cosigner?: Cosigner | undefined;
  readonly sealAfterMillis?: number;
  readonly sealEvery?: number;
  readonly retryAfterMillis?: number;
  readonly onPublished?: (published: SignedCheckpoint) => void;
  readonly onFault?: (fault: LogFault | QuorumNotReached) => void;
}

export interface TransparencyLog {
  /** The newest checkpoint that this log signed. It may not have its quorum yet. */
  readonly signed: () => SignedCheckpoint | undefined;
  /** The newest checkpoint that everybody may see, with its cosignatures. */
  readonly published: () => SignedCheckpoint | undefined;
  /** Why this log signs nothing any more. */
  readonly halted: () => LogFault | undefined;
  /** Signs a checkpoint over all that the store holds, and waits until it is published or failed to be. */
  readonly sealNow: () => TE.TaskEither<LogFault, SignedCheckpoint | undefined>;
  /** `checkpoint` or `tile/...`, as C2SP tlog-tiles names them; undefined when there is no such resource. */
  readonly resource: (path: string) => TE.TaskEither<PlaceUnavailable | StoreError, Uint8Array | undefined>;
  /** A tlog-proof of the entry, against the published checkpoint. */
  readonly proveInclusion: (index: number) => TE.TaskEither<ProofFault<PlaceUnavailable>, Uint8Array>;
  readonly proveConsistency: ProveConsistency;
  readonly stop: () => Promise<void>;
}

const DEFAULTS = { sealAfterMillis: 500, sealEvery: 256, retryAfterMillis: 2000 } as const;

/** Opens the log where its record says it stands and keeps sealing; Left when signing could fork it. */
export const openTransparencyLog = (options: TransparencyLogOptions): TE.TaskEither<LogFault, TransparencyLog> =>
  pipe(
    TE.Do,
    TE.bind('state', () => resume(options.engines)),
    TE.bind('published', () => readPublished(options.engines)),
    TE.map(({ state, published }) => {
      const { engines, onPublished = () => undefined, onFault = () => undefined } = options;
      const { hashing, store, tiles } = engines;
      const readTile = readHashTile(tiles, () => sealer.state().edge);
      const prove: ProveConsistency = (older, size) => consistencyFromTiles(hashing, readTile, older, size);
      const settings = { ...DEFAULTS, ...options, onFault };
      const publisher = startPublisher(
        { ...settings, tiles, cosigner: options.cosigner, prove, onPublished },
        published,
      );
      const sealer = startSealer({ ...settings, onSigned: publisher.offer }, state);
      if (state.signed !== undefined && state.signed.checkpoint.size > (published?.checkpoint.size ?? -1))
        publisher.offer(state);
      void sealer.sealNow();
      return {
        signed: () => sealer.state().signed,
        published: publisher.published,
        halted: sealer.halted,
        sealNow: () => async () => {
          const sealed = await sealer.sealNow();
          await publisher.idle();
          return E.map(({ signed }: { readonly signed: SignedCheckpoint | undefined }) => signed)(sealed);
        },
        resource: (path) => {
          if (path === CHECKPOINT_PATH) return TE.right(publisher.published()?.bytes);
          const tile = parseTilePath(path);
          if (E.isLeft(tile)) return TE.right(undefined);
          const size = sealer.state().signed?.checkpoint.size ?? 0;
          return tile.right.level === 'entries' ? readEntryBundle(store, size)(tile.right) : readTile(tile.right);
        },
        proveInclusion: (index) => {
          const against = publisher.published();
          if (against === undefined) return TE.left({ _tag: 'BeyondTree', asked: index, size: 0 });
          return pipe(
            inclusionFromTiles(hashing, readTile, index, against.checkpoint.size),
            TE.map((hashes) => formatTlogProof({ extra: undefined, index, hashes, checkpoint: against.bytes })),
          );
        },
        proveConsistency: prove,
        stop: async () => {
          await sealer.stop();
          await publisher.stop();
        },
      };
    }),
  );
