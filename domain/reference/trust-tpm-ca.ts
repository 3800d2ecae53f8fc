import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type PermissionRequired, requirePermission } from '../access/require-permission.js';
import { printable } from '../appraisal/reason-codes.js';
import type { AuthorityDeps, Request } from '../authority-deps.js';
import type { StoreError } from '../ports.js';
import { type CertificateUnfit, caChainOf } from './ca-chain.js';
import { executeReference, type ReferenceOutcome } from './reference-stream.js';

/** Trusts a TPM maker's CA: the root, and the intermediates below it that the file holds. */
export const trustTpmCa =
  (deps: AuthorityDeps) =>
  (
    input: Request & { readonly name: string; readonly pem: string },
  ): ReferenceOutcome<CertificateUnfit | PermissionRequired | StoreError> =>
    pipe(
      requirePermission(input.by, 'ConfigureHostCertificates'),
      E.flatMap(() => caChainOf(deps, input.pem)),
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
