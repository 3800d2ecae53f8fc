import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import type { FollowedHosts } from '../consumer/open-follower.js';
import { systemClock } from '../system.js';
import type { LogLevel, LogStream } from '../telemetry/log.js';
import { makeMetrics } from '../telemetry/metrics.js';
import { DEFAULT_HOST_LIMITS, makeHostGate } from './host-gate.js';
import { NoBody, Nothing, type Route, route } from './route.js';
import { healthRoute, metricsRoute } from './routes/authority.js';
import { consoleRoutes } from './routes/console.js';
import { hostRoutes } from './routes/hosts.js';
import { trustHistoryRoutes } from './routes/trust-history.js';
import { makeServer, type Tls } from './server.js';

export interface FollowerServerOptions {
  readonly followed: FollowedHosts;
  /** What readers show. */
  readonly token: string;
  readonly tls: Tls | undefined;
  readonly log: { readonly level: LogLevel; readonly stream?: LogStream };
}

export const FollowerAnswer = t.type(
  {
    phase: t.string,
    verified: t.number,
    signed: t.number,
    repeated: t.number,
    refused: t.record(t.string, t.number),
    fault: t.union([t.null, t.string]),
  },
  'FollowerAnswer',
);

const followerRoute = ({ status }: FollowedHosts): Route =>
  route({
    method: 'GET',
    path: '/v1/follower',
    operation: 'listHosts',
    summary: 'How far the log was verified, and what was refused.',
    params: Nothing,
    query: Nothing,
    body: NoBody,
    answer: FollowerAnswer,
    handle: () => TE.right({ body: { ...status(), fault: status().fault?._tag ?? null } }),
  });

const digest = (text: string): Uint8Array => createHash('sha256').update(text).digest();

/** The reads that a follower can answer, with the routes of an authority: the same answers, as of what was verified. */
export const followerServer = ({ followed, token, tls, log }: FollowerServerOptions): FastifyInstance => {
  const metrics = makeMetrics();
  const own = digest(token);
  const api = {
    deps: { clock: systemClock },
    reads: followed,
    settled: TE.right(undefined),
    healthy: TE.right(undefined),
    metrics,
  };
  return makeServer({
    routes: [
      ...hostRoutes(api),
      ...trustHistoryRoutes(api),
      healthRoute(api),
      metricsRoute(api),
      followerRoute(followed),
      ...consoleRoutes(),
    ],
    access: {
      authenticate: ({ token: given = '' }) =>
        Promise.resolve(
          timingSafeEqual(digest(given), own)
            ? E.right({ subject: 'reader', role: 'auditor' as const, scope: null })
            : E.left({ _tag: 'Unauthenticated' as const }),
        ),
      gate: makeHostGate(DEFAULT_HOST_LIMITS, () => performance.now()),
      open: new Set(),
    },
    metrics,
    log,
    tls,
  });
};
