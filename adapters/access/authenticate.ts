import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { currentAccess } from '../../domain/access/access-stream.js';
import { type AccountOfAnother, holderOfAccount } from '../../domain/access/holder-of-account.js';
import { holderOfToken, type TokenHolder } from '../../domain/access/holder-of-token.js';
import { type Identity, type IdentityFault, identityOf } from '../../domain/access/identity.js';
import { operatorOfCertificate } from '../../domain/access/operator-of-certificate.js';
import {
  signingCertificatesOf,
  tokenRulesOf,
  type Principal as WorkloadPrincipal,
} from '../../domain/access/principal.js';
import type { AccessState } from '../../domain/access/state.js';
import type { AuthorityDeps } from '../../domain/authority-deps.js';
import type { LoadFault } from '../../domain/ledger/load-stream.js';
import { validityFaults } from '../../domain/tpm/certificate-rules.js';
import type { EarlierToken } from './earlier-tokens.js';
import type { TokenFault, TokenSource, VerifyToken } from './token-verifier.js';
import { digestOfToken, isOwnToken, type Principal } from './tokens.js';

/** A `LoadFault`: nobody can say who may come in, since the ledger can't be read. */
export type AuthenticationFault =
  | TokenFault
  | IdentityFault
  | AccountOfAnother
  | LoadFault
  | { readonly _tag: 'Unauthenticated' };

/** What a request showed of who sends it. */
export interface Shown {
  /** What follows "Bearer" in Authorization. */
  readonly token: string | undefined;
  /** The client's certificate, DER, when TLS asked for one: its key is held, nothing else is known of it. */
  readonly certificate?: Uint8Array | undefined;
}

export type Authenticate = (shown: Shown) => Promise<E.Either<AuthenticationFault, Principal>>;

type Authenticated = E.Either<AuthenticationFault, Principal>;

const NONE = new Uint8Array();

const stranger: Authenticated = E.left({ _tag: 'Unauthenticated' });

/** Of somebody whom the ledger knows no token of, a file of this node may; what it opens is what the ledger grants now. */
const earlierHolder = (
  { operators, tokens }: AccessState,
  earlier: ReadonlyArray<EarlierToken>,
  sha256: string,
): TokenHolder | undefined => {
  const found = earlier.find((each) => each.sha256 === sha256);
  if (found === undefined || tokens.settled.has(found.subject)) return undefined;
  const { subject, role } = found;
  const operator = operators.get(subject);
  return operator?.role === role ? { subject, role, scope: operator.scope } : undefined;
};

const withOwnToken = (
  deps: AuthorityDeps,
  state: AccessState,
  earlier: ReadonlyArray<EarlierToken>,
  sha256: string,
): Authenticated => {
  const holder = holderOfToken(state, sha256, deps.clock.now()) ?? earlierHolder(state, earlier, sha256);
  return holder === undefined ? stranger : E.right({ ...holder, via: 'token' });
};

/** Those of a principal that sign now and are not over; a document that is gone or is none signs nothing. */
const certificatesOf =
  (deps: AuthorityDeps, principal: WorkloadPrincipal, now: string) => async (): Promise<ReadonlyArray<Uint8Array>> => {
    const documents = await Promise.all(
      signingCertificatesOf(principal, now).map((digest) => deps.evidence.get(digest)()),
    );
    return documents.flatMap((document) => {
      const parsed = deps.certificates.parse(E.isRight(document) ? (document.right ?? NONE) : NONE);
      return E.isRight(parsed) && validityFaults(parsed.right, now).length === 0 ? [parsed.right.der] : [];
    });
  };

const sourcesOf = (
  deps: AuthorityDeps,
  { issuers, principals }: AccessState,
  now: string,
): ReadonlyArray<TokenSource> => [
  ...[...issuers.values()].map(({ settings }) => ({ settings })),
  ...[...principals.values()].flatMap((principal) => {
    const settings = tokenRulesOf(principal);
    return settings === undefined ? [] : [{ settings, certificates: certificatesOf(deps, principal, now) }];
  }),
];

/** Whose account is an operator's comes as that operator, and as nobody else: one person, one name. */
const asThemselvesOrOperator = (state: AccessState, identity: Identity): Authenticated =>
  pipe(
    holderOfAccount(state, identity),
    E.map((operator) => {
      const { subject, role, scope } = identity;
      return operator === undefined
        ? { subject, role, scope, identity, via: 'issuer' as const }
        : { ...operator, account: subject, via: 'issuer' as const };
    }),
  );

const withSignedToken =
  (deps: AuthorityDeps, verify: VerifyToken, token: string) =>
  async (state: AccessState): Promise<Authenticated> =>
    pipe(
      await verify(token, sourcesOf(deps, state, deps.clock.now()), deps.clock.now()),
      E.flatMap(
        ({ issuer, claims }): Authenticated =>
          pipe(
            identityOf(issuer, claims),
            E.flatMap((identity) => asThemselvesOrOperator(state, identity)),
          ),
      ),
    );

const withCertificate = async (deps: AuthorityDeps, der: Uint8Array): Promise<Authenticated> => {
  const access = await currentAccess(deps)();
  if (E.isLeft(access)) return access;
  const { state } = access.right;
  const found = await operatorOfCertificate(deps)(state, der)();
  const subject = E.isRight(found) ? found.right : undefined;
  const operator = subject === undefined ? undefined : state.operators.get(subject);
  if (subject === undefined || operator === undefined) return stranger;
  const { role, scope } = operator;
  return E.right({ subject, role, scope, via: 'certificate' });
};

const isSigned = (token: string): boolean => token.split('.').length === 3;

/** Who is asking, by what the ledger grants now. Nothing is let in that can't be checked. */
export const authenticator =
  (deps: AuthorityDeps, earlier: ReadonlyArray<EarlierToken>, verify: VerifyToken): Authenticate =>
  async ({ token, certificate }) => {
    // Who brings a token is who the token says, or nobody: two answers to one question are none.
    if (token === undefined) return certificate === undefined ? stranger : withCertificate(deps, certificate);
    const isOwn = isOwnToken(token);
    if (!isOwn && !isSigned(token)) return stranger;
    const access = await currentAccess(deps)();
    if (E.isLeft(access)) return access;
    const { state } = access.right;
    return isOwn
      ? withOwnToken(deps, state, earlier, digestOfToken(deps.hashing, token))
      : withSignedToken(deps, verify, token)(state);
  };
