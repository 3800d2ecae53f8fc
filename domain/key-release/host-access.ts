import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Reason } from '../appraisal/result.js';
import { currentKey } from '../key/key-stream.js';
import type { KeyServiceDeps } from '../key-service-deps.js';
import type { LoadFault } from '../ledger/load-stream.js';
import type { TokenClaims } from '../token/claims.js';
import { standingOf } from '../token/issue-tokens.js';
import { tokenIdOf } from '../token/token-kind.js';
import { releaseReason } from './release-reasons.js';

/** Whether the holder of a token may still have keys; no reasons: it may. */
export interface HostAccess {
  readonly host: string;
  readonly reasons: ReadonlyArray<Reason>;
  readonly revokedKeys: ReadonlyArray<string>;
}

/**
 * What a host is to know of its own access, at once and without a request for a key: a token that is unexpired says nothing of
 * a quarantine. Nothing is recorded.
 */
export const hostAccess =
  (deps: KeyServiceDeps) =>
  (claims: TokenClaims, keys: ReadonlyArray<string>): TE.TaskEither<LoadFault, HostAccess> =>
    pipe(
      TE.Do,
      TE.bind('standing', () => standingOf(deps)(claims.sub)),
      TE.bind('states', () =>
        pipe(
          keys,
          TE.traverseArray((key) =>
            pipe(
              currentKey(deps)(key),
              TE.map(({ state }) => ({ key, state })),
            ),
          ),
        ),
      ),
      TE.map(({ standing, states }) => {
        const { current } = standing.host;
        const superseded = current !== undefined && claims.jti !== tokenIdOf(claims.sekisho.use, current.id);
        return {
          host: claims.sub,
          reasons: [...standing.reasons, ...(superseded ? [releaseReason('VerdictSuperseded')] : [])],
          revokedKeys: states.flatMap(({ key, state }) => (state.status === 'revoked' ? [key] : [])),
        };
      }),
    );
