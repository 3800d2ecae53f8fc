import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { AuthorityDeps } from '../authority-deps.js';
import type { StoreError } from '../ports.js';
import type { CertificateUnfit } from '../reference/ca-chain.js';
import type { Service } from './service.js';

/** A service with its certificates as files have them. */
export type OfferedService = Omit<Service, 'trustedCa'> & { readonly trustedCa: ReadonlyArray<string> };

const MOST_CERTIFICATES = 8;

const tooMany: CertificateUnfit = {
  _tag: 'CertificateUnreadable',
  rule: `is one of more than ${String(MOST_CERTIFICATES)} of one service`,
};

const keepOne = (
  { certificates, evidence }: Pick<AuthorityDeps, 'certificates' | 'evidence'>,
  { trustedCa, ...service }: OfferedService,
): TE.TaskEither<CertificateUnfit | StoreError, Service> =>
  pipe(
    trustedCa,
    E.traverseArray((pem) => certificates.parsePem(pem)),
    E.mapLeft((rule): CertificateUnfit => ({ _tag: 'CertificateUnreadable', rule })),
    E.map((parsed) => parsed.flat()),
    E.flatMap((all) => (all.length > MOST_CERTIFICATES ? E.left(tooMany) : E.right(all))),
    TE.fromEither,
    TE.flatMap((all) =>
      pipe(
        all,
        TE.traverseArray(({ der }): TE.TaskEither<CertificateUnfit | StoreError, string> => evidence.put(der)),
      ),
    ),
    TE.map((digests) => ({ ...service, trustedCa: [...new Set(digests)].sort() })),
  );

/** Keeps the certificates in the evidence store; the services then name them by digest. */
export const keepServices =
  (deps: Pick<AuthorityDeps, 'certificates' | 'evidence'>) =>
  (offered: ReadonlyArray<OfferedService>): TE.TaskEither<CertificateUnfit | StoreError, ReadonlyArray<Service>> =>
    pipe(
      offered,
      TE.traverseSeqArray((service) => keepOne(deps, service)),
    );
