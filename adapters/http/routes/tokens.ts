import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { TokenForged } from '../../../domain/key-service-deps.js';
import type { TokenClaims } from '../../../domain/token/claims.js';
import { renewTokens } from '../../../domain/token/issue-tokens.js';
import { jwkOf, type TokenKey } from '../../tokens/token-engine.js';
import type { Api } from '../api.js';
import type { ApiError } from '../api-error.js';
import { HostPath } from '../codecs/hosts.js';
import { KeySet, RenewTokens, TokensAnswer } from '../codecs/keys.js';
import { NoBody, Nothing, type Route, route } from '../route.js';
import { guardedByToken } from './key-operations.js';

const keySet = (keys: () => ReadonlyArray<TokenKey>): Route =>
  route({
    method: 'GET',
    path: '/.well-known/jwks.json',
    operation: 'showKeySet',
    summary: 'The keys that sign tokens (RFC 7517).',
    params: Nothing,
    query: Nothing,
    body: NoBody,
    answer: KeySet,
    handle: () =>
      TE.right({
        headers: { 'content-type': 'application/jwk-set+json', 'cache-control': 'max-age=300' },
        body: { keys: keys().map((key) => ({ ...jwkOf(key) })) },
      }),
  });

/** The token says whom it is of; the path has to say the same. */
export const holderOf = (api: Api, host: string, bearer: string | undefined): TE.TaskEither<TokenForged, TokenClaims> =>
  pipe(
    api.deps.tokens.open(bearer ?? ''),
    TE.filterOrElse(
      ({ sub }) => sub === host,
      (): TokenForged => ({ _tag: 'TokenForged' }),
    ),
  );

const renew = (api: Api): Route =>
  route({
    method: 'POST',
    path: '/v1/hosts/{id}/tokens',
    operation: 'renewTokens',
    summary:
      'New tokens for an old one, expired or not, while its verdict is the current one and nothing stands against it.',
    params: HostPath,
    query: Nothing,
    body: RenewTokens,
    answer: TokensAnswer,
    handle: ({ params, body, bearer, address }) =>
      guardedByToken(
        api,
        address,
        pipe(
          holderOf(api, params.id, bearer),
          TE.flatMap(
            (holder): TE.TaskEither<ApiError, { body: typeof TokensAnswer._A }> =>
              pipe(
                renewTokens(api.deps)(holder, body.kinds ?? ['key-access', 'reporting']),
                TE.map((tokens) => ({ body: { tokens } })),
              ),
          ),
        ),
      ),
  });

export const tokenRoutes = (api: Api, keys: () => ReadonlyArray<TokenKey>): ReadonlyArray<Route> => [
  keySet(keys),
  renew(api),
];
