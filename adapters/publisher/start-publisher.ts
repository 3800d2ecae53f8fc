import * as E from 'fp-ts/lib/Either.js';
import type { Clock, EventStore, Hashing } from '../../domain/ports.js';
import { checkpointMessage } from '../../domain/publication/checkpoint-message.js';
import type { Broker, BrokerSession, PublisherLease, PublisherTurn } from '../../domain/publication/ports.js';
import type { SignedCheckpoint } from '../../domain/transparency/log-state.js';
import { createPace } from './pace.js';
import type { PublisherFault, PublisherState, PublisherStatus } from './publisher-status.js';
import { readBatch } from './read-batch.js';

export interface PublisherOptions {
  readonly hashing: Hashing;
  readonly store: Pick<EventStore, 'readAll' | 'size' | 'onAppended'>;
  /** The newest checkpoint that everybody may see. */
  readonly checkpoint: () => SignedCheckpoint | undefined;
  /** The log's name: source of every message. */
  readonly origin: string;
  readonly broker: Broker;
  readonly lease: PublisherLease;
  readonly clock: Clock;
  readonly onFault: (fault: PublisherFault) => void;
  readonly retry?: { readonly leastMillis: number; readonly mostMillis: number };
}

export interface Publisher {
  readonly status: () => PublisherStatus;
  /** Sends what there is if the brokers answer at once, and ends. */
  readonly stop: () => Promise<void>;
}

const RETRY = { leastMillis: 250, mostMillis: 15_000 } as const;
/** How often a publisher whose turn it is not looks again, whatever is appended meanwhile. */
const LOOK_MS = 500;
/** What is not sent by then is sent after the next start. */
const MOST_STOP_MS = 5_000;

/** A fault that waiting may mend. Topics and rights are mended by people while this waits, so they are asked again as well. */
const isFatal = ({ _tag }: PublisherFault): boolean =>
  _tag === 'StoreDamaged' || _tag === 'StoreRefused' || _tag === 'Conflict';

interface Progress {
  state: PublisherState;
  published: number;
  size: number;
  oldest: string | undefined;
  checkpoint: number | null;
  fault: PublisherFault | undefined;
  warnings: ReadonlyArray<string>;
  sent: number;
  failures: number;
}

/** Behind the events that it covers; the first one of a connection at once, so that consumers know how far the log reaches. */
const isDue = (size: number, before: number | null, upTo: number): boolean =>
  before === null || (size > before && size <= upTo);

/** One turn with one connection: batch after batch until something fails or nothing is left. */
const drain = async (
  options: PublisherOptions,
  progress: Progress,
  session: BrokerSession,
  turn: PublisherTurn,
): Promise<PublisherFault | undefined> => {
  for (;;) {
    const batch = await readBatch(options, progress.published);
    if (E.isLeft(batch)) return batch.left;
    const { messages, oldest, size } = batch.right;
    Object.assign(progress, { oldest, size });
    const newest = options.checkpoint();
    const upTo = progress.published + messages.length;
    const due = newest !== undefined && isDue(newest.checkpoint.size, progress.checkpoint, upTo);
    if (messages.length === 0 && !due) return undefined;
    const mine = await turn.holds();
    if (E.isLeft(mine)) return mine.left;
    if (!mine.right) return { _tag: 'PublisherFenced', epoch: -1 };
    const sent = await session.send({ events: messages, checkpoints: due ? [checkpointMessage(newest)] : [] })();
    if (E.isLeft(sent)) return sent.left;
    progress.sent += messages.length;
    const kept = messages.length === 0 ? E.right(undefined) : await turn.advance(upTo)();
    if (E.isLeft(kept)) return kept.left;
    Object.assign(progress, { published: upTo, oldest: undefined, fault: undefined });
    if (due) progress.checkpoint = newest.checkpoint.size;
  }
};

/**
 * The ledger is the outbox: what is in it and not yet in the topic is sent, in its order, and counted as published only when the
 * brokers have it. A crash in between sends the same messages again. Nothing here is waited for by a command.
 */
export const startPublisher = (options: PublisherOptions): Publisher => {
  const progress: Progress = {
    state: 'connecting',
    published: 0,
    size: 0,
    oldest: undefined,
    checkpoint: null,
    fault: undefined,
    warnings: [],
    sent: 0,
    failures: 0,
  };
  let session: BrokerSession | undefined;
  let turn: PublisherTurn | undefined;
  let looked = Number.NEGATIVE_INFINITY;

  /** Another node publishes: how far that one is tells whether anybody does. */
  const standBy = async (): Promise<void> => {
    progress.state = 'standing-by';
    const published = await options.lease.published();
    if (E.isLeft(published)) return;
    progress.published = published.right;
    if (published.right >= progress.size) progress.oldest = undefined;
  };

  const begin = async (): Promise<PublisherFault | 'standing-by' | undefined> => {
    if (turn === undefined) {
      const begun = await options.lease.begin();
      if (E.isLeft(begun)) return begun.left;
      if (begun.right === undefined) return 'standing-by';
      turn = begun.right;
      progress.published = turn.published;
    }
    if (session !== undefined) return undefined;
    const opened = await options.broker.open();
    if (E.isLeft(opened)) return opened.left;
    session = opened.right;
    progress.warnings = session.warnings;
    progress.checkpoint = null;
    if (session.holdsFewerThan(progress.published)) progress.published = 0;
    return undefined;
  };

  const drop = async (): Promise<void> => {
    const open = session;
    session = undefined;
    await open?.close();
  };

  const failed = async (fault: PublisherFault): Promise<boolean> => {
    Object.assign(progress, { fault, state: isFatal(fault) ? 'halted' : 'waiting', failures: progress.failures + 1 });
    if (fault._tag === 'PublisherFenced') {
      turn = undefined;
      progress.state = 'standing-by';
    }
    options.onFault(fault);
    await drop();
    return false;
  };

  /** Whether all is sent that there is. */
  const round = async (): Promise<boolean> => {
    if (progress.state === 'halted') return true;
    if (progress.state === 'standing-by' && performance.now() - looked < LOOK_MS) return true;
    looked = performance.now();
    const begun = await begin();
    if (begun === 'standing-by') {
      await standBy();
      return true;
    }
    if (begun !== undefined) return failed(begun);
    progress.state = 'publishing';
    if (session === undefined || turn === undefined) return true;
    const fault = await drain(options, progress, session, turn);
    return fault === undefined ? true : failed(fault);
  };

  const pace = createPace(round, { ...RETRY, ...options.retry, lookMillis: LOOK_MS });
  const forget = options.store.onAppended((size) => {
    progress.size = Math.max(progress.size, size);
    progress.oldest ??= options.clock.now();
    pace.kick();
  });
  pace.kick();

  return {
    status: () => {
      const { state, published, checkpoint, fault, warnings, sent, failures, oldest, size } = progress;
      const lagEvents = Math.max(0, size - published);
      const waits = oldest === undefined || lagEvents === 0 ? 0 : Date.parse(options.clock.now()) - Date.parse(oldest);
      const lagSeconds = Math.max(0, waits) / 1000;
      return { state, published, lagEvents, lagSeconds, checkpoint, fault, warnings, sent, failures };
    },
    stop: async () => {
      forget();
      const late = new Promise<void>((resolve) => void setTimeout(resolve, MOST_STOP_MS).unref());
      await Promise.race([pace.stop(progress.state === 'publishing'), late]);
      progress.state = 'stopped';
      await drop();
    },
  };
};
