import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { requirePermission } from '../access/require-permission.js';
import type { AuthorityDeps, Request } from '../authority-deps.js';
import type { PublicKey, StoreError } from '../ports.js';
import { publicKeyDigest } from '../tpm/endorsement-key-digest.js';
import type { CertificateUnfit } from './ca-chain.js';
import { executeReference, type ReferenceOutcome } from './reference-stream.js';

/** An endorsement key as an operator has it: in its certificate, as a bare key, or only its digest. */
export type OfferedKey =
  | { readonly certificate: Uint8Array }
  | { readonly publicKey: PublicKey }
  | { readonly publicKeyDigest: string };

interface KnownKey {
  readonly digest: string;
  readonly certificate: Uint8Array | undefined;
}

/** The digest that names an endorsement key everywhere, and the certificate if there is one. */
export const endorsementKeyOf = (
  deps: Pick<AuthorityDeps, 'hashing' | 'certificates'>,
  offered: OfferedKey,
): E.Either<CertificateUnfit, KnownKey> => {
  if ('publicKeyDigest' in offered) return E.right({ digest: offered.publicKeyDigest, certificate: undefined });
  if ('publicKey' in offered) {
    return E.right({ digest: publicKeyDigest(deps.hashing, offered.publicKey), certificate: undefined });
  }
  return pipe(
    deps.certificates.parse(offered.certificate),
    E.flatMap(({ publicKey, der }) =>
      publicKey === undefined
        ? E.left('holds a key of a kind that no TPM has')
        : E.right({ digest: publicKeyDigest(deps.hashing, publicKey), certificate: der }),
    ),
    E.mapLeft((rule) => ({ _tag: 'CertificateUnreadable', rule })),
  );
};

export const keepCertificate = (
  deps: AuthorityDeps,
  certificate: Uint8Array | undefined,
): TE.TaskEither<StoreError, string | null> =>
  certificate === undefined ? TE.right(null) : deps.evidence.put(certificate);

/** Puts an endorsement key on the list. */
export const trustEndorsementKey =
  (deps: AuthorityDeps) =>
  (
    input: Request & { readonly name: string; readonly key: OfferedKey },
  ): ReferenceOutcome<CertificateUnfit | StoreError> =>
    pipe(
      requirePermission(input.by, 'ConfigureHostCertificates'),
      E.flatMap(() => endorsementKeyOf(deps, input.key)),
      TE.fromEither,
      TE.flatMap(({ digest, certificate }) =>
        pipe(
          keepCertificate(deps, certificate),
          TE.flatMap((stored) =>
            executeReference(deps)(input, {
              type: 'TrustEndorsementKey',
              by: input.by,
              name: input.name,
              publicKeyDigest: digest,
              certificate: stored,
            }),
          ),
        ),
      ),
    );
