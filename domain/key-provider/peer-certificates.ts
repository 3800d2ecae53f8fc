import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { printable } from '../appraisal/reason-codes.js';
import type { KeyServiceDeps } from '../key-service-deps.js';
import type { LoadFault } from '../ledger/load-stream.js';
import type { Certificate, StoreError } from '../ports.js';
import type { CertificateUnfit } from '../reference/ca-chain.js';
import { type KeyServersFault, mayChange, type ProviderInput } from './change-provider.js';
import type { ProviderRejection } from './commands.js';
import type { TrustedPeer } from './events.js';
import type { ShownCertificate } from './key-servers.js';
import { executeProvider, type ProviderOutcome } from './provider-stream.js';

export interface SeenCertificate extends ShownCertificate {
  readonly trusted: boolean;
}

/** What the servers show now, trusted or not. Nothing but a TLS handshake is sent. */
export const seenCertificates =
  (deps: KeyServiceDeps) =>
  (
    input: ProviderInput,
  ): TE.TaskEither<ProviderRejection | LoadFault | KeyServersFault, ReadonlyArray<SeenCertificate>> =>
    pipe(
      mayChange(deps, input),
      TE.flatMap(
        (state): TE.TaskEither<ProviderRejection | LoadFault | KeyServersFault, ReadonlyArray<SeenCertificate>> =>
          pipe(
            deps.keyServers(input.provider, state),
            TE.flatMap(
              (servers): TE.TaskEither<KeyServersFault, ReadonlyArray<ShownCertificate>> => servers.shownCertificates(),
            ),
            TE.map((shown) =>
              shown.map((each) => ({
                ...each,
                trusted: state.trustedPeers.some(({ sha256 }) => sha256 === each.sha256),
              })),
            ),
          ),
      ),
    );

const certificatesOf = (
  deps: KeyServiceDeps,
  pems: ReadonlyArray<string>,
): E.Either<CertificateUnfit, ReadonlyArray<Certificate>> =>
  pipe(
    pems,
    E.traverseArray((pem) => deps.certificates.parsePem(pem)),
    E.bimap(
      (rule): CertificateUnfit => ({ _tag: 'CertificateUnreadable', rule }),
      (lists) => [...new Map(lists.flat().map((each) => [each.sha256, each])).values()],
    ),
  );

const peerOf = ({ sha256, subject, notAfter }: Certificate): TrustedPeer => ({
  sha256,
  subject: subject === '' ? '(no subject)' : printable(subject, 1024),
  notAfter,
});

/** Replaces the whole list: servers' certificates, or CAs that they lead to. */
export const trustPeerCertificates =
  (deps: KeyServiceDeps) =>
  (
    input: ProviderInput & { readonly pems: ReadonlyArray<string> },
  ): ProviderOutcome<LoadFault | StoreError | CertificateUnfit> => {
    const { by, provider } = input;
    return pipe(
      TE.Do,
      TE.bind('state', () => mayChange(deps, input)),
      TE.bindW('certificates', () => TE.fromEither(certificatesOf(deps, input.pems))),
      TE.tap(({ certificates }) =>
        pipe(
          certificates,
          TE.traverseArray(({ der }) => deps.evidence.put(der)),
        ),
      ),
      TE.flatMap(
        ({ certificates }): ProviderOutcome<LoadFault | StoreError | CertificateUnfit> =>
          executeProvider(deps)(input, provider, {
            type: 'TrustPeerCertificates',
            by,
            certificates: certificates.map(peerOf),
          }),
      ),
    );
  };
