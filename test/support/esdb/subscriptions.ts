import type { ReadReq, ReadResp } from '@eventstore/db-client/generated/streams_pb.js';
import { type ServerWritableStream, status } from '@grpc/grpc-js';
import type { EventLog, RecordedEvent } from './log.js';
import { checkpointMessage, confirmationMessage, eventMessage, filterOf } from './messages.js';

type Call = ServerWritableStream<ReadReq, ReadResp>;

/** Live catch-up subscriptions to `$all`, and what can go wrong with them. */
export interface Subscriptions {
  readonly serve: (call: Call, options: ReadReq.Options) => void;
  /** Breaks all of them, as a leader that goes does. */
  readonly drop: () => void;
  /** Delivers nothing until called with false, without breaking anything. */
  readonly stall: (stalled: boolean) => void;
  /** Delivers the newest events once more. */
  readonly repeat: (count: number) => void;
  /** Never delivers this event, as happens to who resumes from a checkpoint beyond the end. */
  readonly hide: (stream: string, revision: bigint) => void;
  readonly count: () => number;
}

interface Subscription {
  readonly call: Call;
  readonly pump: () => void;
  readonly send: (event: RecordedEvent) => void;
}

const startOf = (options: ReadReq.Options, log: EventLog): bigint => {
  const all = options.getAll();
  if (all?.hasPosition()) return BigInt(all.getPosition()?.getCommitPosition() ?? 0);
  return all?.hasEnd() ? (log.all().at(-1)?.position ?? -1n) : -1n;
};

/** The first event behind a position; the log is ordered by it. */
const firstBehind = (events: ReadonlyArray<RecordedEvent>, position: bigint): number => {
  let [low, high] = [0, events.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((events[middle]?.position ?? 0n) > position) high = middle;
    else low = middle + 1;
  }
  return low;
};

export const createSubscriptions = (log: EventLog): Subscriptions => {
  const live = new Set<Subscription>();
  let stalled = false;
  const hidden = new Set<string>();

  const subscribe = (call: Call, options: ReadReq.Options): Subscription => {
    const { accepts } = filterOf(options);
    let position = startOf(options, log);
    const send = (event: RecordedEvent): void => void call.write(eventMessage(event));
    const pump = (): void => {
      if (stalled) return;
      const events = log.all();
      for (let i = firstBehind(events, position); i < events.length; i++) {
        const event = events[i]!;
        position = event.position;
        if (accepts(event.stream) && !hidden.has(`${event.stream} ${event.revision}`)) send(event);
      }
      // A position that no event has, which a later event may get: who resumes from it loses that one.
      call.write(checkpointMessage(position + 64n));
    };
    return { call, pump, send };
  };

  log.onGrown(() => live.forEach(({ pump }) => pump()));
  return {
    serve: (call, options) => {
      const subscription = subscribe(call, options);
      call.write(confirmationMessage(crypto.randomUUID()));
      live.add(subscription);
      call.on('cancelled', () => live.delete(subscription));
      call.on('close', () => live.delete(subscription));
      subscription.pump();
    },
    drop: () => {
      for (const { call } of live) call.emit('error', { code: status.UNAVAILABLE, details: 'leader lost' });
      live.clear();
    },
    stall: (now) => {
      stalled = now;
      if (!now) live.forEach(({ pump }) => pump());
    },
    repeat: (count) => {
      for (const event of log.all().slice(-count)) live.forEach(({ send }) => send(event));
    },
    hide: (stream, revision) => void hidden.add(`${stream} ${revision}`),
    count: () => live.size,
  };
};
