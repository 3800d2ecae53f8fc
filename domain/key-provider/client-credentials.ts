import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { KeyServiceDeps } from '../key-service-deps.js';
import type { LoadFault } from '../ledger/load-stream.js';
import type { StoreError } from '../ports.js';
import type { CertificateUnfit } from '../reference/ca-chain.js';
import { mayChange, type ProviderInput } from './change-provider.js';
import type { ReadClientCertificate, VaultFault } from './ports.js';
import { executeProvider, type ProviderOutcome } from './provider-stream.js';
import { clientKeyName, credentialName } from './secret-names.js';

type Fault = LoadFault | StoreError | VaultFault | CertificateUnfit;

/** Events carry texts of at most so many characters. */
const dataOf = (
  { key, subject, notBefore, notAfter }: ReadClientCertificate,
  certificate: string,
): {
  readonly certificate: string;
  readonly key: string;
  readonly subject: string;
  readonly notBefore: string;
  readonly notAfter: string;
} => ({
  certificate,
  key,
  subject: subject === '' ? '(no subject)' : subject,
  notBefore,
  notAfter,
});

/** The name that a key server sees us by. */
const commonNameOf = (deps: KeyServiceDeps, provider: string): string =>
  `sekisho ${deps.group} ${provider}`.slice(0, 64);

/** A new key and a certificate by itself; the key server's administrator has to trust it. Takes the place of what was there. */
export const issueClientCertificate =
  (deps: KeyServiceDeps) =>
  (input: ProviderInput): ProviderOutcome<Fault> => {
    const { by, provider } = input;
    return pipe(
      TE.Do,
      TE.bind('state', () => mayChange(deps, input)),
      TE.bindW('made', () => deps.clientCertificates.selfSigned(commonNameOf(deps, provider), deps.clock.now())),
      TE.tap(({ made }) => deps.vault.put(clientKeyName(provider, made.key), made.privateKey)),
      TE.bindW('certificate', ({ made }) => deps.evidence.put(made.der)),
      TE.flatMap(
        ({ made, certificate }): ProviderOutcome<Fault> =>
          executeProvider(deps)(input, provider, { type: 'IssueClientCertificate', by, ...dataOf(made, certificate) }),
      ),
    );
  };

/** A new key each time, and a request for a CA. The certificate in use stays until another one comes. */
export const issueClientCsr =
  (deps: KeyServiceDeps) =>
  (input: ProviderInput): ProviderOutcome<Fault> => {
    const { by, provider } = input;
    return pipe(
      TE.Do,
      TE.bind('state', () => mayChange(deps, input)),
      TE.bindW('made', () => deps.clientCertificates.request(commonNameOf(deps, provider))),
      TE.tap(({ made }) => deps.vault.put(clientKeyName(provider, made.key), made.privateKey)),
      TE.bindW('request', ({ made }) => deps.evidence.put(made.der)),
      TE.flatMap(
        ({ made, request }): ProviderOutcome<Fault> =>
          executeProvider(deps)(input, provider, {
            type: 'IssueClientCsr',
            by,
            request,
            key: made.key,
            subject: made.subject,
          }),
      ),
    );
  };

const unreadable = (rule: string): CertificateUnfit => ({ _tag: 'CertificateUnreadable', rule });

const keepKey = (
  deps: KeyServiceDeps,
  provider: string,
  { key }: ReadClientCertificate,
  privateKey: string | undefined,
): TE.TaskEither<CertificateUnfit | VaultFault, void> =>
  privateKey === undefined
    ? TE.right(undefined)
    : pipe(
        TE.fromEither(deps.clientCertificates.readPrivateKey(privateKey, key)),
        TE.mapLeft((rule): CertificateUnfit | VaultFault => unreadable(rule)),
        TE.flatMap((made) => deps.vault.put(clientKeyName(provider, key), made.privateKey)),
      );

/** A certificate from a CA for the key that was asked for, or one with a key of its own. */
export const replaceClientCertificate =
  (deps: KeyServiceDeps) =>
  (
    input: ProviderInput & { readonly certificate: string; readonly privateKey: string | undefined },
  ): ProviderOutcome<Fault> => {
    const { by, provider, privateKey } = input;
    return pipe(
      TE.Do,
      TE.bind('state', () => mayChange(deps, input)),
      TE.bindW('read', () =>
        TE.fromEither(pipe(deps.clientCertificates.read(input.certificate), E.mapLeft(unreadable))),
      ),
      TE.tap(({ read }) => keepKey(deps, provider, read, privateKey)),
      TE.bindW('certificate', ({ read }) => deps.evidence.put(read.der)),
      TE.flatMap(
        ({ read, certificate }): ProviderOutcome<Fault> =>
          executeProvider(deps)(input, provider, {
            type: 'ReplaceClientCertificate',
            by,
            ...dataOf(read, certificate),
            withKey: privateKey !== undefined,
          }),
      ),
    );
  };

/** `credential` is erased. Written, never read back; each one has its own entry, so that the event decides which one counts. */
export const setCredential =
  (deps: KeyServiceDeps) =>
  (input: ProviderInput & { readonly credential: Uint8Array }): ProviderOutcome<Fault> => {
    const { by, provider, credential, commandId } = input;
    return pipe(
      mayChange(deps, input),
      TE.tap(() => deps.vault.put(credentialName(provider, commandId), credential)),
      TE.flatMap(
        (state): ProviderOutcome<Fault> =>
          pipe(
            executeProvider(deps)(input, provider, { type: 'SetKeyServerCredential', by, credential: commandId }),
            TE.tap(() =>
              state.credential === undefined || state.credential === commandId
                ? TE.right(undefined)
                : deps.vault.remove(credentialName(provider, state.credential)),
            ),
          ),
      ),
      TE.tapIO(() => () => credential.fill(0)),
      TE.tapError(() => TE.fromIO(() => credential.fill(0))),
    );
  };
