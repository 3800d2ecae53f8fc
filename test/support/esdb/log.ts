import { checkCommit, type Expected } from './check-commit.js';

/** What a tombstone's event has for a revision, and a soft-deleted stream's metadata for `$tb` (EventNumber.DeletedStream). */
export const DELETED = 9_223_372_036_854_775_807n;

export interface ProposedEvent {
  readonly id: string;
  readonly type: string;
  readonly contentType: string;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
}

export interface RecordedEvent extends ProposedEvent {
  readonly stream: string;
  readonly revision: bigint;
  readonly position: bigint;
}

export type Appended =
  | { readonly _tag: 'Written'; readonly revision: bigint; readonly position: bigint }
  | { readonly _tag: 'WrongExpectedVersion'; readonly current: bigint }
  | { readonly _tag: 'StreamDeleted' };

/** The server's one log and what can be read from it; outlives a restart. */
export interface EventLog {
  readonly append: (stream: string, expected: Expected, events: ReadonlyArray<ProposedEvent>) => Appended;
  readonly softDelete: (stream: string) => void;
  readonly tombstone: (stream: string) => void;
  /** Undefined: no such stream. A soft-deleted one is none either; a tombstoned one is told apart by `isDeleted`. */
  readonly stream: (stream: string) => ReadonlyArray<RecordedEvent> | undefined;
  readonly isDeleted: (stream: string) => boolean;
  readonly all: () => ReadonlyArray<RecordedEvent>;
  readonly onGrown: (listener: () => void) => () => void;
  /** Overwrites what is stored, as redaction does. */
  readonly redact: (stream: string, revision: bigint, data: Uint8Array) => void;
  /** Takes events out of `$all` and of their stream, as scavenging does. */
  readonly scavenge: (stream: string, revision: bigint) => void;
}

interface Retention {
  readonly before: bigint;
  readonly maxCount: bigint | undefined;
}

const retentionOf = (metadata: ReadonlyArray<RecordedEvent> | undefined): Retention => {
  const last = metadata?.at(-1);
  const text = last === undefined ? '{}' : Buffer.from(last.data).toString('utf8');
  const [before, count] = [/"\$tb":\s*(\d+)/.exec(text)?.[1], /"\$maxCount":\s*(\d+)/.exec(text)?.[1]];
  return { before: BigInt(before ?? 0), maxCount: count === undefined ? undefined : BigInt(count) };
};

/** Models what the adapter relies on: one log in one order, CheckCommit, soft deletes, tombstones, `$tb` and `$maxCount`. */
export const createEventLog = (): EventLog => {
  let log: Array<RecordedEvent> = [];
  const streams = new Map<string, Array<RecordedEvent>>();
  const listeners = new Set<() => void>();
  let position = 0n;

  const write = (stream: string, revision: bigint, event: ProposedEvent): RecordedEvent => {
    position += 128n + BigInt(event.data.length);
    const recorded = { ...event, stream, revision, position };
    const own = streams.get(stream) ?? [];
    streams.set(stream, own);
    own.push(recorded);
    log.push(recorded);
    return recorded;
  };
  const lastOf = (stream: string): bigint => streams.get(stream)?.at(-1)?.revision ?? -1n;
  const isDeleted = (stream: string): boolean => lastOf(stream) === DELETED;
  const isSoftDeleted = (stream: string): boolean => retentionOf(streams.get(`$$${stream}`)).before === DELETED;
  const tell = (): void => listeners.forEach((listener) => listener());

  const append: EventLog['append'] = (stream, expected, events) => {
    const current = lastOf(stream);
    const idAt = (revision: bigint): string | undefined =>
      streams.get(stream)?.find((event) => event.revision === revision)?.id;
    const softDeleted = isSoftDeleted(stream);
    const decision = checkCommit(
      { current, deleted: isDeleted(stream), softDeleted, idAt },
      expected,
      events.map(({ id }) => id),
    );
    switch (decision._tag) {
      case 'Deleted':
        return { _tag: 'StreamDeleted' };
      case 'WrongExpectedVersion':
      case 'CorruptedIdempotency':
        return { _tag: 'WrongExpectedVersion', current };
      case 'Idempotent': {
        const at = streams.get(stream)?.find((event) => event.revision === decision.last)?.position ?? 0n;
        return { _tag: 'Written', revision: decision.last, position: at };
      }
      case 'Ok': {
        if (softDeleted) setMetadata(stream, `{"$tb":${current + 1n}}`);
        events.forEach((event, i) => write(stream, current + 1n + BigInt(i), event));
        tell();
        return { _tag: 'Written', revision: lastOf(stream), position };
      }
    }
  };

  const setMetadata = (stream: string, json: string): void => {
    const data = new Uint8Array(Buffer.from(json));
    const event = { id: crypto.randomUUID(), type: '$metadata', contentType: 'application/json', data };
    write(`$$${stream}`, lastOf(`$$${stream}`) + 1n, { ...event, metadata: new Uint8Array() });
    tell();
  };

  const visible = (stream: string): ReadonlyArray<RecordedEvent> | undefined => {
    const own = streams.get(stream);
    const { before, maxCount } = retentionOf(streams.get(`$$${stream}`));
    const kept = own?.filter(({ revision }) => revision >= before);
    return maxCount === undefined ? kept : kept?.slice(-Number(maxCount));
  };

  const replace = (stream: string, keep: (event: RecordedEvent) => RecordedEvent | undefined): void => {
    const edit = (events: ReadonlyArray<RecordedEvent>): Array<RecordedEvent> =>
      events.flatMap((event) => (event.stream === stream ? (keep(event) ?? []) : event));
    log = edit(log);
    streams.set(stream, edit(streams.get(stream) ?? []));
  };

  return {
    append,
    softDelete: (stream) => setMetadata(stream, `{"$tb":${DELETED}}`),
    tombstone: (stream) => {
      const nothing = { contentType: 'application/octet-stream', data: new Uint8Array(), metadata: new Uint8Array() };
      write(stream, DELETED, { ...nothing, id: crypto.randomUUID(), type: '$streamDeleted' });
      tell();
    },
    stream: (stream) => (isSoftDeleted(stream) ? undefined : visible(stream)),
    isDeleted,
    all: () => log,
    onGrown: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    redact: (stream, revision, data) =>
      replace(stream, (event) => (event.revision === revision ? { ...event, data } : event)),
    scavenge: (stream, revision) => replace(stream, (event) => (event.revision === revision ? undefined : event)),
  };
};
