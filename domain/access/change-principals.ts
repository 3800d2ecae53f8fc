import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { printable } from '../appraisal/reason-codes.js';
import type { AuthorityDeps, Request } from '../authority-deps.js';
import type { ExecuteFault } from '../ledger/execute.js';
import type { Certificate, StoreError } from '../ports.js';
import type { CertificateUnfit } from '../reference/ca-chain.js';
import { issuerFaults, validityFaults } from '../tpm/certificate-rules.js';
import { type AccessDone, type AccessOutcome, executeAccess } from './access-stream.js';
import type { AccessCommand, AccessRejection } from './commands.js';
import type { Principal, PrincipalChain } from './principal.js';

type Fault = CertificateUnfit | StoreError | AccessRejection | ExecuteFault;

/** What is wrong with a chain whose first certificate signs tokens. */
const chainRule = (deps: AuthorityDeps, chain: ReadonlyArray<Certificate>): string | undefined => {
  const now = deps.clock.now();
  if (chain.some((each) => validityFaults(each, now).length > 0)) return 'must hold certificates of this time only';
  const linked = chain.every((each, i) => {
    const issuer = chain[i + 1];
    return (
      issuer === undefined ||
      (each.issuer === issuer.subject &&
        issuerFaults(issuer, chain.slice(1, i + 1)).length === 0 &&
        deps.certificates.isSignedBy(each, issuer, false))
    );
  });
  return linked ? undefined : 'must hold the signing certificate first and behind each the CA that signed it';
};

const chainOf = (deps: AuthorityDeps, pem: string): TE.TaskEither<CertificateUnfit | StoreError, PrincipalChain> =>
  pipe(
    deps.certificates.parsePem(pem),
    E.flatMap((chain) => {
      const rule = chainRule(deps, chain);
      return rule === undefined ? E.right(chain) : E.left(rule);
    }),
    E.mapLeft((rule): CertificateUnfit => ({ _tag: 'CertificateUnreadable', rule })),
    TE.fromEither,
    TE.flatMap((chain) =>
      pipe(
        chain,
        TE.traverseArray(({ der }) => deps.evidence.put(der)),
        TE.map((certificates) => ({
          certificates,
          subject: printable(chain[0]?.subject ?? '', 1024) || '(no subject)',
          notAfter: chain.map(({ notAfter }) => notAfter).reduce((a, b) => (a < b ? a : b)),
        })),
      ),
    ),
  );

const withChain =
  (deps: AuthorityDeps) =>
  (
    input: Request & { readonly pem: string },
    command: (chain: PrincipalChain) => AccessCommand,
  ): TE.TaskEither<Fault, AccessDone> =>
    pipe(
      chainOf(deps, input.pem),
      TE.flatMap((chain): TE.TaskEither<Fault, AccessDone> => executeAccess(deps)(input, command(chain))),
    );

/** Knows a part of the workload side by the certificates of its token issuer. */
export const trustPrincipal =
  (deps: AuthorityDeps) =>
  (
    input: Request & Pick<Principal, 'name' | 'issuer' | 'holder' | 'tokens'> & { readonly pem: string },
  ): TE.TaskEither<Fault, AccessDone> => {
    const { by, name, issuer, holder, tokens } = input;
    return withChain(deps)(input, (chain) => ({ type: 'TrustPrincipal', by, name, issuer, holder, tokens, chain }));
  };

/** New certificates; what it had counts for `overlapSeconds` more. */
export const replacePrincipalCertificates =
  (deps: AuthorityDeps) =>
  (
    input: Request & { readonly name: string; readonly pem: string; readonly overlapSeconds: number },
  ): TE.TaskEither<Fault, AccessDone> => {
    const { by, name, overlapSeconds } = input;
    const now = deps.clock.now();
    return withChain(deps)(input, (chain) => ({
      type: 'ReplacePrincipalCertificates',
      by,
      name,
      chain,
      overlapSeconds,
      now,
    }));
  };

export const removePrincipal =
  (deps: AuthorityDeps) =>
  (input: Request & { readonly name: string; readonly reason: string }): AccessOutcome => {
    const { by, name, reason } = input;
    return executeAccess(deps)(input, { type: 'RemovePrincipal', by, name, reason });
  };
