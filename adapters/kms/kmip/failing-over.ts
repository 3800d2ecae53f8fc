import * as E from 'fp-ts/lib/Either.js';
import type { KeyServerFault } from '../../../domain/key-provider/key-servers.js';
import type { Answered, Unanswered } from './exchange.js';
import type { KmipServer } from './kmip-server.js';

const FIRST_PAUSE_MILLIS = 250;
const LONGEST_PAUSE_MILLIS = 30_000;

interface Standing {
  readonly server: KmipServer;
  failures: number;
  /** While a server fails it comes last, until then. */
  pausedUntil: number;
}

export interface FailingOver {
  /** `work` on one server after another until one of them did it or refused it. What may be done already is not done again. */
  readonly run: <A>(work: (server: KmipServer) => Promise<Answered<A>>) => Promise<E.Either<KeyServerFault, A>>;
  /** A server that was found to be well is among the first again. */
  readonly isWell: (server: KmipServer) => void;
}

/** Reasons that say nothing of what was asked. */
const PASSING: ReadonlySet<string> = new Set(['GeneralFailure', 'InternalServerError', 'ServerLimitExceeded']);

/** Faults of one server, with which another may have nothing to do. A refusal is the provider's answer. */
const isOfThisServer = (fault: KeyServerFault): boolean => {
  switch (fault._tag) {
    case 'KeyServerUnreachable':
    case 'KeyServerNotTrusted':
    case 'KeyServerTrustsUsNot':
    case 'KeyServerMisbehaved':
      return true;
    case 'KeyServerRefused':
      return PASSING.has(fault.reason);
    case 'PrimaryKeyUnknown':
    case 'PrimaryKeyUnusable':
    case 'CiphertextInvalid':
      return false;
  }
};

/** Of several servers' faults, the one that somebody must do something about. */
const WEIGHT: Readonly<Record<KeyServerFault['_tag'], number>> = {
  KeyServerUnreachable: 0,
  KeyServerRefused: 1,
  KeyServerTrustsUsNot: 2,
  KeyServerNotTrusted: 3,
  KeyServerMisbehaved: 4,
  PrimaryKeyUnknown: 5,
  PrimaryKeyUnusable: 5,
  CiphertextInvalid: 5,
};

const graver = (a: Unanswered | undefined, b: Unanswered): Unanswered =>
  a !== undefined && WEIGHT[a.fault._tag] >= WEIGHT[b.fault._tag] ? a : b;

/** Round robin over the servers that answer; those that fail are asked last, and less and less often first. */
export const createFailingOver = (servers: ReadonlyArray<KmipServer>, now: () => number): FailingOver => {
  const standings: ReadonlyArray<Standing> = servers.map((server) => ({ server, failures: 0, pausedUntil: 0 }));
  let turn = 0;

  const order = (): ReadonlyArray<Standing> => {
    const start = turn++ % Math.max(standings.length, 1);
    const round = [...standings.slice(start), ...standings.slice(0, start)];
    const time = now();
    return [
      ...round.filter(({ pausedUntil }) => pausedUntil <= time),
      ...round.filter(({ pausedUntil }) => pausedUntil > time).sort((a, b) => a.pausedUntil - b.pausedUntil),
    ];
  };

  const failed = (standing: Standing): void => {
    standing.server.forget();
    const pause = Math.min(FIRST_PAUSE_MILLIS * 2 ** standing.failures, LONGEST_PAUSE_MILLIS);
    standing.pausedUntil = now() + pause;
    standing.failures = Math.min(standing.failures + 1, 16);
  };

  const works = (standing: Standing): void => {
    standing.failures = 0;
    standing.pausedUntil = 0;
  };

  const run: FailingOver['run'] = async (work) => {
    let worst: Unanswered | undefined;
    for (const standing of order()) {
      const result = await work(standing.server);
      if (E.isRight(result) || !isOfThisServer(result.left.fault)) {
        works(standing);
        return E.isRight(result) ? result : E.left(result.left.fault);
      }
      failed(standing);
      worst = graver(worst, result.left);
      if (result.left.mayBeDone) return E.left(result.left.fault);
    }
    return E.left(worst?.fault ?? { _tag: 'KeyServerUnreachable', server: '', detail: 'there is no server' });
  };

  const isWell = (server: KmipServer): void => {
    for (const standing of standings) if (standing.server === server) works(standing);
  };

  return { run, isWell };
};
