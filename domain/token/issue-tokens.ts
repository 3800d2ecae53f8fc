import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Reason } from '../appraisal/result.js';
import { fromBase64Url } from '../encoding/base64url.js';
import { currentHost } from '../host/host-stream.js';
import type { HostState } from '../host/state.js';
import { judgeHost } from '../key-release/judge-host.js';
import { releaseReason } from '../key-release/release-reasons.js';
import type { KeyServiceDeps } from '../key-service-deps.js';
import type { LoadFault } from '../ledger/load-stream.js';
import type { SignerUnavailable } from '../ports.js';
import { currentReference } from '../reference/reference-stream.js';
import type { ReferenceState } from '../reference/state.js';
import type { TokenClaims } from './claims.js';
import { expiryOf, makeClaims } from './make-claims.js';
import { type TokenKind, tokenIdOf } from './token-kind.js';

export interface IssuedToken {
  readonly kind: TokenKind;
  readonly token: string;
  readonly expiresAt: string;
}

interface Wanted {
  readonly host: string;
  readonly kinds: ReadonlyArray<TokenKind>;
  readonly wrappingKey: Uint8Array | undefined;
}

const issue = (
  deps: KeyServiceDeps,
  { host, kinds, wrappingKey }: Wanted,
  { current }: HostState,
  { policy }: ReferenceState,
): TE.TaskEither<SignerUnavailable, ReadonlyArray<IssuedToken>> => {
  if (current === undefined) return TE.right([]);
  const now = deps.clock.now();
  return pipe(
    [...new Set(kinds)],
    TE.traverseArray((kind) => {
      const lifetimeSeconds = policy.tokenLifetimeSeconds;
      const { issuer } = deps.tokens;
      const claims = makeClaims({ issuer, kind, host, verdict: current, wrappingKey, now, lifetimeSeconds });
      return pipe(
        deps.tokens.sign(claims),
        TE.map((token) => ({ kind, token, expiresAt: expiryOf(claims) })),
      );
    }),
  );
};

interface Standing {
  readonly host: HostState;
  readonly reference: ReferenceState;
  readonly reasons: ReadonlyArray<Reason>;
}

/** Why the host would get no key from anybody now, if so. */
export const standingOf =
  (deps: KeyServiceDeps) =>
  (host: string): TE.TaskEither<LoadFault, Standing> =>
    pipe(
      TE.Do,
      TE.bind('host', () => currentHost(deps)(host)),
      TE.bind('reference', () => currentReference(deps)),
      TE.map(({ host: { state }, reference }) => ({
        host: state,
        reference: reference.state,
        reasons: judgeHost(state, reference.state, deps.clock.now()),
      })),
    );

/**
 * Tokens of the verdict at `revision`, if it is the host's current one and nothing stands against it; else none. The verdict's
 * event is their only basis: nothing more is recorded, and asking again gives tokens of the same ids.
 */
export const tokensForVerdict =
  (deps: KeyServiceDeps) =>
  (
    wanted: Wanted & { readonly revision: number },
  ): TE.TaskEither<LoadFault | SignerUnavailable, ReadonlyArray<IssuedToken>> =>
    pipe(
      standingOf(deps)(wanted.host),
      TE.flatMap(
        ({ host, reference, reasons }): TE.TaskEither<SignerUnavailable, ReadonlyArray<IssuedToken>> =>
          reasons.length > 0 || host.current?.revision !== wanted.revision
            ? TE.right([])
            : issue(deps, wanted, host, reference),
      ),
    );

export interface TokensRefused {
  readonly _tag: 'TokensRefused';
  readonly reasons: ReadonlyArray<Reason>;
}

const superseded = (host: HostState, { sekisho: { use }, jti }: TokenClaims): ReadonlyArray<Reason> =>
  host.current !== undefined && jti !== tokenIdOf(use, host.current.id) ? [releaseReason('VerdictSuperseded')] : [];

/** New tokens for an old one, expired or not, as long as its verdict is the current one. They are bound to the same wrapping key. */
export const renewTokens =
  (deps: KeyServiceDeps) =>
  (
    claims: TokenClaims,
    kinds: ReadonlyArray<TokenKind>,
  ): TE.TaskEither<TokensRefused | LoadFault | SignerUnavailable, ReadonlyArray<IssuedToken>> =>
    pipe(
      standingOf(deps)(claims.sub),
      TE.flatMap((standing): TE.TaskEither<TokensRefused | SignerUnavailable, ReadonlyArray<IssuedToken>> => {
        const reasons = [...standing.reasons, ...superseded(standing.host, claims)];
        if (reasons.length > 0) return TE.left({ _tag: 'TokensRefused', reasons });
        // A reporting token never leads to one that opens anything.
        const allowed = kinds.filter((kind) => kind === 'reporting' || claims.sekisho.use === 'key-access');
        const wrappingKey = claims.cnf === undefined ? undefined : fromBase64Url(claims.cnf.jwk.x);
        return issue(deps, { host: claims.sub, kinds: allowed, wrappingKey }, standing.host, standing.reference);
      }),
    );
