import * as E from 'fp-ts/lib/Either.js';
import type { KeyServerFault } from '../../../../domain/key-provider/key-servers.js';
import type { Connection } from './connection.js';
import { unreachable } from './transport-fault.js';

/** Who finds more before them than this is told at once: a queue that only grows helps nobody. */
const MOST_WAITING = 1024;
const IDLE_MILLIS = 30_000;

export interface Pool {
  /** Lends a connection for the time of `work`. Left: none could be had, and nothing was sent. */
  readonly lend: <A>(work: (connection: Connection) => Promise<A>) => Promise<E.Either<KeyServerFault, A>>;
  /** Ends the connections that nobody uses. */
  readonly drain: () => void;
  readonly close: () => void;
}

export interface PoolOptions {
  readonly server: string;
  readonly most: number;
  readonly open: () => Promise<E.Either<KeyServerFault, Connection>>;
}

interface Idle {
  readonly connection: Connection;
  readonly timer: NodeJS.Timeout;
}

/** At most `most` connections to one server, kept alive while they are used now and then. */
export const createPool = ({ server, most, open }: PoolOptions): Pool => {
  const idle: Array<Idle> = [];
  const waiting: Array<(isMine: boolean) => void> = [];
  let taken = 0;
  let isClosed = false;

  const drain = (): void => {
    for (const { connection, timer } of idle.splice(0)) {
      clearTimeout(timer);
      connection.end();
    }
  };

  const keep = (connection: Connection): void => {
    if (isClosed || !connection.isOpen()) {
      connection.end();
      return;
    }
    const timer = setTimeout(() => {
      const at = idle.findIndex((one) => one.connection === connection);
      if (at >= 0) idle.splice(at, 1);
      connection.end();
    }, IDLE_MILLIS).unref();
    idle.push({ connection, timer });
  };

  /** The one used last: others grow idle enough to be ended. */
  const take = (): Connection | undefined => {
    for (let last = idle.pop(); last !== undefined; last = idle.pop()) {
      clearTimeout(last.timer);
      if (last.connection.isOpen()) return last.connection;
      last.connection.end();
    }
    return undefined;
  };

  const acquire = async (): Promise<boolean> => {
    if (isClosed || waiting.length >= MOST_WAITING) return false;
    if (taken < most) return ++taken > 0;
    return new Promise((resolve) => waiting.push(resolve));
  };

  /** A place goes from hand to hand while somebody waits. */
  const release = (): void => {
    const next = waiting.shift();
    if (next === undefined) taken--;
    else next(!isClosed);
  };

  const withPlace = async <A>(work: (connection: Connection) => Promise<A>): Promise<E.Either<KeyServerFault, A>> => {
    const kept = take();
    const opened = kept === undefined ? await open() : E.right(kept);
    if (E.isLeft(opened)) return opened;
    try {
      return E.right(await work(opened.right));
    } finally {
      keep(opened.right);
    }
  };

  const lend: Pool['lend'] = async (work) => {
    if (!(await acquire())) return E.left(unreachable(server, isClosed ? 'closed' : 'too many requests wait'));
    try {
      return await withPlace(work);
    } finally {
      release();
    }
  };

  const close = (): void => {
    isClosed = true;
    drain();
    for (const waits of waiting.splice(0)) waits(false);
  };

  return { lend, drain, close };
};
