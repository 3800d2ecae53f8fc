import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { printable } from '../appraisal/reason-codes.js';
import type { AuthorityDeps, Request } from '../authority-deps.js';
import type { ExecuteFault } from '../ledger/execute.js';
import type { Certificate, StoreError } from '../ports.js';
import type { CertificateUnfit } from '../reference/ca-chain.js';
import { type AccessDone, type AccessOutcome, executeAccess } from './access-stream.js';
import type { ClientCertificate } from './client-certificate.js';
import type { AccessRejection } from './commands.js';

/** A certificate of the operator's own, or the CA and the name that it gives the operator. */
export type OfferedCertificate = { readonly certificate: string } | { readonly ca: string; readonly name: string };

const unreadable = (rule: string): CertificateUnfit => ({ _tag: 'CertificateUnreadable', rule });

const only = (deps: AuthorityDeps, pem: string): E.Either<CertificateUnfit, Certificate> =>
  pipe(
    deps.certificates.parsePem(pem),
    E.filterOrElse(
      (found) => found.length === 1,
      () => 'must come alone, without its chain',
    ),
    E.flatMap(([one]) => E.fromNullable('holds none')(one)),
    E.mapLeft(unreadable),
  );

const ofCa = (certificate: Certificate): E.Either<CertificateUnfit, Certificate> =>
  certificate.basicConstraints?.ca === true
    ? E.right(certificate)
    : E.left({ _tag: 'CertificateNotOfCa', subject: printable(certificate.subject) });

const asBound = (
  deps: AuthorityDeps,
  offered: OfferedCertificate,
): TE.TaskEither<CertificateUnfit | StoreError, ClientCertificate> =>
  'certificate' in offered
    ? pipe(
        TE.fromEither(only(deps, offered.certificate)),
        TE.map(({ spkiSha256, subject, notAfter }) => {
          const name = subject === '' ? '(no subject)' : printable(subject, 1024);
          return { by: 'key', spkiSha256, name, notAfter };
        }),
      )
    : pipe(
        TE.fromEither(pipe(only(deps, offered.ca), E.flatMap(ofCa))),
        TE.flatMap(({ der, notAfter }) =>
          pipe(
            deps.evidence.put(der),
            TE.map((ca): ClientCertificate => ({ by: 'name', ca, name: offered.name, notAfter })),
          ),
        ),
      );

/** Lets an operator come with a client certificate. */
export const bindCertificate =
  (deps: AuthorityDeps) =>
  (
    input: Request & { readonly subject: string; readonly offered: OfferedCertificate },
  ): TE.TaskEither<CertificateUnfit | StoreError | AccessRejection | ExecuteFault, AccessDone> =>
    pipe(
      asBound(deps, input.offered),
      TE.flatMap((certificate): TE.TaskEither<AccessRejection | ExecuteFault, AccessDone> => {
        const { by, commandId: id, subject } = input;
        return executeAccess(deps)(input, { type: 'BindCertificate', by, id, subject, certificate });
      }),
    );

export const releaseCertificate =
  (deps: AuthorityDeps) =>
  (input: Request & { readonly id: string; readonly reason: string }): AccessOutcome => {
    const { by, id, reason } = input;
    return executeAccess(deps)(input, { type: 'ReleaseCertificate', by, id, reason });
  };
