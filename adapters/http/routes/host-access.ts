import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { closedWith } from '../../../domain/encoding/closed.js';
import { hostStream } from '../../../domain/host/host-id.js';
import { keyStream } from '../../../domain/key/key-id.js';
import { type HostAccess, hostAccess } from '../../../domain/key-release/host-access.js';
import { referenceStream } from '../../../domain/reference/state.js';
import type { TokenClaims } from '../../../domain/token/claims.js';
import type { Api } from '../api.js';
import type { ApiError } from '../api-error.js';
import { HostPath } from '../codecs/hosts.js';
import { HostAccessAnswer } from '../codecs/keys.js';
import { SafeIntText } from '../codecs/queries.js';
import { createWaiting, type Waiting } from '../ledger-hub.js';
import { NoBody, type Route, route } from '../route.js';
import { guardedByToken } from './key-operations.js';
import { holderOf } from './tokens.js';

const MOST_KEYS = 16;
const KEYS = /^[0-9a-f]{64}(?:,[0-9a-f]{64})*$/;

const isKeyList = (u: unknown): u is string =>
  typeof u === 'string' && KEYS.test(u) && u.split(',').length <= MOST_KEYS;

const KeyList = new t.Type<string, string, unknown>(
  `KeyList(at most ${String(MOST_KEYS)} key ids, with commas)`,
  isKeyList,
  (u, c) => (isKeyList(u) ? t.success(u) : t.failure(u, c)),
  t.identity,
);

/** `wait`: seconds, at most 30. `keys`: those that the host wants to hear about. */
const AccessQuery = closedWith({}, { wait: SafeIntText, keys: KeyList }, 'HostAccessQuery');

const LONGEST_WAIT = 30;
const MOST_WAITING = 20_000;

const isNews = ({ reasons, revokedKeys }: HostAccess): boolean => reasons.length > 0 || revokedKeys.length > 0;

interface Asked {
  readonly holder: TokenClaims;
  readonly keys: ReadonlyArray<string>;
  readonly until: number;
}

/** Looks again whenever something was recorded that may matter: the host learns of a quarantine at once. */
const accessNews = async (api: Api, { holder, keys, until }: Asked): Promise<E.Either<ApiError, HostAccess>> => {
  const streams = [hostStream(holder.sub), referenceStream(api.deps.group), ...keys.map(keyStream)];
  const watch = api.hub.watch(streams);
  try {
    for (;;) {
      const access = await hostAccess(api.deps)(holder, keys)();
      const left = until - performance.now();
      if (E.isLeft(access) || isNews(access.right) || left <= 0 || api.hub.ended()) return access;
      await watch.wait(left);
    }
  } finally {
    watch.stop();
  }
};

const waitFor = (
  api: Api,
  waiting: Waiting,
  holder: TokenClaims,
  { wait = 0, keys }: t.TypeOf<typeof AccessQuery>,
): TE.TaskEither<ApiError, HostAccess> => {
  const seconds = Math.min(wait, LONGEST_WAIT);
  if (seconds > 0 && !waiting.enter()) return TE.left({ _tag: 'RateLimited', retryAfterSeconds: 1 });
  return async () => {
    try {
      const until = performance.now() + seconds * 1000;
      return await accessNews(api, { holder, keys: keys === undefined ? [] : keys.split(','), until });
    } finally {
      if (seconds > 0) waiting.leave();
    }
  };
};

const access = (api: Api, waiting: Waiting): Route =>
  route({
    method: 'GET',
    path: '/v1/hosts/{id}/key-access',
    operation: 'awaitKeyAccess',
    summary: 'Tells a host, by its token, that its access ended or that a key was revoked; waits for that if asked to.',
    params: HostPath,
    query: AccessQuery,
    body: NoBody,
    answer: HostAccessAnswer,
    handle: ({ params, query, bearer, address }) =>
      guardedByToken(
        api,
        address,
        pipe(
          holderOf(api, params.id, bearer),
          TE.flatMap((holder): TE.TaskEither<ApiError, HostAccess> => waitFor(api, waiting, holder, query)),
          TE.map(({ reasons, revokedKeys }) => ({
            body: { host: params.id, allowed: reasons.length === 0, reasons, revokedKeys },
          })),
        ),
      ),
  });

export const hostAccessRoutes = (api: Api): ReadonlyArray<Route> => [access(api, createWaiting(MOST_WAITING))];
