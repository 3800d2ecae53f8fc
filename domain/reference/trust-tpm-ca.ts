import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type PermissionRequired, requirePermission } from '../access/require-permission.js';
import { printable } from '../appraisal/reason-codes.js';
import type { AuthorityDeps, Request } from '../authority-deps.js';
import type { Certificate, StoreError } from '../ports.js';
import { executeReference, type ReferenceOutcome } from './reference-stream.js';

export type CertificateUnfit =
  | { readonly _tag: 'CertificateUnreadable'; readonly rule: string }
  | { readonly _tag: 'CertificateNotOfCa'; readonly subject: string };

type Chain = readonly [Certificate, ...ReadonlyArray<Certificate>];

/** Root first: the self-issued certificate if there is one, else the first in the file. */
const rootFirst = (certificates: ReadonlyArray<Certificate>): Chain | undefined => {
  const root = certificates.find(({ selfIssued }) => selfIssued) ?? certificates[0];
  return root === undefined ? undefined : [root, ...certificates.filter((each) => each !== root)];
};

const chainOf = (deps: AuthorityDeps, pem: string): E.Either<CertificateUnfit, Chain> =>
  pipe(
    deps.certificates.parsePem(pem),
    E.flatMap((certificates) => E.fromNullable('holds no certificate')(rootFirst(certificates))),
    E.mapLeft((rule): CertificateUnfit => ({ _tag: 'CertificateUnreadable', rule })),
    E.flatMap((chain) => {
      const leaf = chain.find(({ basicConstraints }) => basicConstraints?.ca !== true);
      return leaf === undefined
        ? E.right(chain)
        : E.left<CertificateUnfit>({ _tag: 'CertificateNotOfCa', subject: printable(leaf.subject) });
    }),
  );

/** Trusts a TPM maker's CA: the root, and the intermediates below it that the file holds. */
export const trustTpmCa =
  (deps: AuthorityDeps) =>
  (
    input: Request & { readonly name: string; readonly pem: string },
  ): ReferenceOutcome<CertificateUnfit | PermissionRequired | StoreError> =>
    pipe(
      requirePermission(input.by, 'ConfigureHostCertificates'),
      E.flatMap(() => chainOf(deps, input.pem)),
      TE.fromEither,
      TE.flatMap((chain) =>
        pipe(
          chain,
          TE.traverseArray(({ der }) => deps.evidence.put(der)),
          TE.map((digests) => ({ digests, subject: printable(chain[0].subject, 1024) })),
        ),
      ),
      TE.flatMap(({ digests, subject }) =>
        executeReference(deps)(input, {
          type: 'TrustTpmCa',
          by: input.by,
          name: input.name,
          chain: digests,
          subject: subject === '' ? '(no subject)' : subject,
        }),
      ),
    );
