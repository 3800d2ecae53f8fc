import {
  type AllStreamResolvedEvent,
  BACKWARDS,
  binaryEvent,
  END,
  EventStoreDBClient,
  FORWARDS,
  type Position,
  type ResolvedEvent,
  START,
  streamNameFilter,
} from '@eventstore/db-client';
import * as E from 'fp-ts/lib/Either.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import { type KurrentError, kurrentErrorOf } from './kurrent-error.js';

export type { Position } from '@eventstore/db-client';

export interface KurrentEvent {
  readonly stream: string;
  readonly revision: number;
  readonly id: string;
  readonly type: string;
  /** Undefined for JSON, whose bytes the client does not tell. */
  readonly bytes: Uint8Array | undefined;
  readonly json: unknown;
  readonly metadata: unknown;
  /** Only events from `$all` are sure to have one. */
  readonly position: Position | undefined;
}

export interface NewEvent {
  readonly id: string;
  readonly type: string;
  readonly bytes: Uint8Array;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

export interface ReadRange {
  readonly from: number | 'end';
  readonly limit: number;
}

export interface Following {
  /** Exclusive. Undefined: from the beginning. */
  readonly from: Position | undefined;
  readonly prefixes: ReadonlyArray<string>;
  readonly onConfirmed: () => void;
  readonly onEvent: (event: KurrentEvent) => void;
  /** Called once, however it ends; nothing comes afterwards. */
  readonly onEnd: (error: KurrentError) => void;
}

export interface Followed {
  readonly pause: () => void;
  readonly resume: () => void;
  readonly stop: () => void;
}

/** All that is used of the client library. Every call ends within its deadline; reads and appends go to the leader. */
export interface KurrentClient {
  readonly append: (
    stream: string,
    expected: number | 'any',
    events: ReadonlyArray<NewEvent>,
  ) => TE.TaskEither<KurrentError, void>;
  /** A stream that does not exist has no events. From the end, it reads backwards. */
  readonly read: (stream: string, range: ReadRange) => TE.TaskEither<KurrentError, ReadonlyArray<KurrentEvent>>;
  readonly setMetadata: (
    stream: string,
    metadata: Readonly<Record<string, number>>,
  ) => TE.TaskEither<KurrentError, void>;
  readonly follow: (following: Following) => Followed;
  readonly close: () => Promise<void>;
}

export interface ClientOptions {
  readonly url: string;
  readonly deadlineMillis?: number;
}

const DEADLINE_MS = 3_000;

const eventOf = ({ event, link }: ResolvedEvent | AllStreamResolvedEvent): KurrentEvent | undefined => {
  const found = link ?? event;
  if (found === undefined) return undefined;
  const { streamId: stream, revision, id, type, data, isJson, metadata, position } = found;
  const bytes = isJson ? undefined : data;
  return { stream, revision: Number(revision), id, type, bytes, json: isJson ? data : undefined, metadata, position };
};

/**
 * The library's batch call has no deadline of its own, shares its waiting answers between all clients of a process, and
 * throws out of an event handler when an answer comes twice: the plain call, one for each append, is used instead.
 */
const withoutBatches = (client: EventStoreDBClient): EventStoreDBClient =>
  Object.assign(client, { supports: () => Promise.resolve(false) });

/** The library gives reads no deadline: whoever is cut off would wait for ever. */
const within = async <A>(millis: number, work: Promise<A>, giveUp: () => void): Promise<A> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      giveUp();
      reject(Object.assign(new Error('late'), { type: 'deadline-exceeded' }));
    }, millis);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
};

const readAllOf = async (
  client: EventStoreDBClient,
  millis: number,
  stream: string,
  { from, limit }: ReadRange,
): Promise<ReadonlyArray<KurrentEvent>> => {
  const direction = from === 'end' ? BACKWARDS : FORWARDS;
  const fromRevision = from === 'end' ? END : BigInt(from);
  const reading = client.readStream(stream, { direction, fromRevision, maxCount: limit, requiresLeader: true });
  const events: Array<KurrentEvent> = [];
  const collect = async (): Promise<ReadonlyArray<KurrentEvent>> => {
    for await (const resolved of reading) {
      const event = eventOf(resolved);
      if (event !== undefined) events.push(event);
    }
    return events;
  };
  // An error that comes when nobody listens any more would end the process.
  reading.on('error', () => undefined);
  return within(millis, collect(), () => void reading.cancel());
};

const follow = (client: EventStoreDBClient, following: Following): Followed => {
  const { from, prefixes, onConfirmed, onEvent, onEnd } = following;
  const filter = streamNameFilter({ prefixes: [...prefixes] });
  const subscription = client.subscribeToAll({ fromPosition: from ?? START, filter });
  let ended = false;
  const end = (error: unknown): void => {
    if (ended) return;
    ended = true;
    onEnd(kurrentErrorOf(error));
  };
  subscription.on('confirmation', onConfirmed);
  subscription.on('data', (resolved) => {
    const event = eventOf(resolved);
    if (event !== undefined && !ended) onEvent(event);
  });
  subscription.on('error', end);
  subscription.on('end', () => end(new Error('ended')));
  subscription.on('close', () => end(new Error('closed')));
  return {
    pause: () => void subscription.pause(),
    resume: () => void subscription.resume(),
    stop: () => {
      ended = true;
      void subscription.unsubscribe().catch(() => undefined);
    },
  };
};

const attempt =
  <A>(work: () => Promise<A>): TE.TaskEither<KurrentError, A> =>
  () =>
    work().then(
      (value): E.Either<KurrentError, A> => E.right(value),
      (error: unknown) => E.left(kurrentErrorOf(error)),
    );

/** Undefined: no connection string of EventStoreDB. What is wrong with it is not told, for it may hold a password. */
export const connectKurrent = ({ url, deadlineMillis = DEADLINE_MS }: ClientOptions): KurrentClient | undefined => {
  let client: EventStoreDBClient;
  try {
    // Without the error, the revision that a stream has is lost (the library answers 1 for any).
    if (/throwOnAppendFailure=false/i.test(url.replaceAll(/[_-]/g, ''))) return undefined;
    client = withoutBatches(EventStoreDBClient.connectionString(url));
  } catch {
    return undefined;
  }
  const options = { requiresLeader: true, deadline: deadlineMillis };
  const append: KurrentClient['append'] = (stream, expected, events) => {
    const data = events.map(({ bytes, ...event }) => binaryEvent({ ...event, data: bytes }));
    const expectedRevision = expected === 'any' ? 'any' : expected < 0 ? 'no_stream' : BigInt(expected);
    return attempt(async () => {
      const done = client.appendToStream(stream, data, { ...options, expectedRevision });
      await within(2 * deadlineMillis, done, () => undefined);
    });
  };
  return {
    append,
    read: (stream, range) => async () => {
      const read = await attempt(() => readAllOf(client, deadlineMillis, stream, range))();
      return E.isLeft(read) && read.left._tag === 'NoSuchStream' ? E.right([]) : read;
    },
    setMetadata: (stream, metadata) =>
      attempt(async () => {
        await client.setStreamMetadata(stream, metadata, { deadline: deadlineMillis });
      }),
    follow: (following) => follow(client, following),
    close: () => client.dispose(),
  };
};
