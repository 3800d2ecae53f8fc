import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import type { VerifierKey } from '../../domain/transparency/verifier-key.js';
import { hostTrust } from '../../projections/host-trust.js';
import type { HostTrustRow, TakenBackRow } from '../../projections/host-trust-row.js';
import { entryEngines } from '../crypto/engines.js';
import { createLedgerTimes, type LedgerTimes } from '../projection-store/ledger-times.js';
import type { AnyProjection } from '../projection-store/memory.js';
import { createView, type View } from '../projection-store/view.js';
import type { KafkaSettings } from '../publisher/kafka/kafka-settings.js';
import { type FollowerState, openFollowerState } from './follower-state.js';
import { kafkaSource } from './kafka/kafka-source.js';
import { type Follower, startFollower } from './start-follower.js';

export interface FollowOptions {
  readonly dir: string;
  readonly kafka: KafkaSettings;
  /** Key id of the authority that is believed: nothing else about it needs to be known. */
  readonly authority: string;
  /** Key of its log's checkpoints. */
  readonly key: VerifierKey;
  readonly patienceMillis?: number;
}

/** Host trust as a follower knows it: verified, and by nobody's word but the authority's. */
export interface FollowedHosts extends LedgerTimes {
  readonly hostTrust: View<HostTrustRow | TakenBackRow>;
  readonly index: () => number;
  readonly status: Follower['status'];
  readonly close: () => Promise<void>;
}

export type FollowError =
  | { readonly _tag: 'FollowerStateForeign'; readonly file: string }
  | { readonly _tag: 'FollowerStateUnusable'; readonly file: string };

const PROJECTIONS = [hostTrust] as unknown as ReadonlyArray<AnyProjection>;

/** One group for one state: two followers of one log must not share out its partitions. */
const groupOf = (dir: string, identity: string): string =>
  `sekisho-follow-${createHash('sha256').update(`${identity} ${dir}`).digest('hex').slice(0, 16)}`;

const openState = (dir: string, identity: string): E.Either<FollowError, FollowerState> => {
  const file = join(dir, 'followed.db');
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    const state = openFollowerState(file, PROJECTIONS, identity);
    return state === undefined ? E.left({ _tag: 'FollowerStateForeign', file }) : E.right(state);
  } catch {
    return E.left({ _tag: 'FollowerStateUnusable', file });
  }
};

/** Keeps the host-trust read model from Kafka alone. */
export const openFollower =
  ({ dir, kafka, authority, key, patienceMillis }: FollowOptions): TE.TaskEither<FollowError, FollowedHosts> =>
  () => {
    const identity = `${authority} ${key.name}+${key.id} ${kafka.topic} ${kafka.checkpointTopic}`;
    const opened = openState(dir, identity);
    if (E.isLeft(opened)) return Promise.resolve(opened);
    const { right: state } = opened;
    const follower = startFollower({
      engines: entryEngines,
      source: kafkaSource(kafka, groupOf(dir, identity)),
      state,
      authority,
      origin: key.name,
      key,
      monotonic: () => performance.now(),
      ...(patienceMillis === undefined ? {} : { patienceMillis }),
    });
    return Promise.resolve(
      E.right({
        ...createLedgerTimes(state.database),
        hostTrust: createView<HostTrustRow | TakenBackRow>(state.database, join(dir, 'followed.db'), state.memory, 0),
        index: () => state.memory.next - 1,
        status: follower.status,
        close: async () => {
          await follower.stop();
          state.database.close();
        },
      }),
    );
  };
