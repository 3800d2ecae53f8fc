import { createPrivateKey, X509Certificate } from 'node:crypto';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { fromUtf8 } from '../../domain/encoding/bytes.js';
import type { SecretVault, VaultFault } from '../../domain/key-provider/ports.js';
import { clientKeyName, credentialName } from '../../domain/key-provider/secret-names.js';
import type { ProviderState } from '../../domain/key-provider/state.js';
import type { EvidenceStore } from '../../domain/ports.js';
import type { DocumentFault } from '../../domain/reference/load-reference-values.js';
import type { OpenKeyServers } from './key-server-registry.js';
import type { Credential } from './kmip/messages/request.js';
import { openKmipKeyServers } from './kmip/open-kmip-key-servers.js';
import type { ClientCertificate, KmipDeps, KmipServerAddress } from './kmip/options.js';

interface KmipKindDeps extends KmipDeps {
  readonly vault: SecretVault;
  readonly evidence: Pick<EvidenceStore, 'get'>;
}

type Opening<A> = TE.TaskEither<VaultFault | DocumentFault, A>;

/** A provider serves a fleet's start; PyKMIP and most others work at one request after another anyway. */
const CONNECTIONS_PER_SERVER = 8;

/** `host:port`, which the provider's settings were held to; brackets are for IPv6 and no part of the address. */
const splitAddress = (address: string): { readonly host: string; readonly port: number } => {
  const at = address.lastIndexOf(':');
  return { host: address.slice(0, at).replace(/^\[|\]$/g, ''), port: Number(address.slice(at + 1)) };
};

/** Bytes from the vault as `use` needs them, erased then. */
const secret = <A>(vault: SecretVault, name: string, use: (bytes: Uint8Array) => A | undefined): Opening<A> =>
  pipe(
    vault.get(name),
    TE.flatMapEither((bytes) => {
      const used = use(bytes);
      bytes.fill(0);
      return used === undefined
        ? E.left<VaultFault>({ _tag: 'VaultUnavailable', rule: 'holds a secret that can not be read' })
        : E.right(used);
    }),
  );

const privateKeyPem = (pkcs8: Uint8Array): string | undefined => {
  try {
    const key = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' });
    return key.export({ format: 'pem', type: 'pkcs8' }).toString();
  } catch {
    return undefined;
  }
};

const certificatePem = (evidence: KmipKindDeps['evidence'], digest: string): Opening<string> =>
  pipe(
    evidence.get(digest),
    TE.flatMapEither((der): E.Either<DocumentFault, string> => {
      if (der === undefined) return E.left({ _tag: 'DocumentMissing', digest });
      return E.tryCatch(
        () => new X509Certificate(der).toString(),
        () => ({ _tag: 'DocumentUnreadable', digest, rule: 'must be a certificate' }),
      );
    }),
  );

const clientOf = (
  { vault, evidence }: KmipKindDeps,
  provider: string,
  { clientCertificate }: ProviderState,
): Opening<ClientCertificate | undefined> =>
  clientCertificate === undefined
    ? TE.right(undefined)
    : pipe(
        TE.Do,
        TE.bind('certificate', () => certificatePem(evidence, clientCertificate.certificate)),
        TE.bind('privateKey', () => secret(vault, clientKeyName(provider, clientCertificate.key), privateKeyPem)),
      );

const credentialOf = (
  { vault }: KmipKindDeps,
  provider: string,
  { credential, settings: { username } }: ProviderState,
): Opening<Credential | undefined> =>
  credential === undefined || username === null
    ? TE.right(undefined)
    : pipe(
        secret(vault, credentialName(provider, credential), fromUtf8),
        TE.map((password) => ({ username, password })),
      );

const addressesOf = ({ servers }: ProviderState): ReadonlyArray<KmipServerAddress> =>
  servers.map(({ name, address }) => ({ name, ...splitAddress(address) }));

/** Key servers that speak KMIP, with what the provider's events and the vault say of them. */
export const kmipKind =
  (deps: KmipKindDeps): OpenKeyServers =>
  (provider, state) => {
    const { proxy, connectionTimeoutSeconds, primaryKeyMayLeave } = state.settings;
    return pipe(
      TE.Do,
      TE.bind('client', () => clientOf(deps, provider, state)),
      TE.bind('credential', () => credentialOf(deps, provider, state)),
      TE.bind('peers', () =>
        pipe(
          state.trustedPeers,
          TE.traverseArray(({ sha256 }) => certificatePem(deps.evidence, sha256)),
        ),
      ),
      TE.flatMapEither(({ client, credential, peers }) =>
        pipe(
          openKmipKeyServers(
            {
              servers: addressesOf(state),
              trustedPeers: peers.join('\n'),
              ...(client === undefined ? {} : { client }),
              ...(credential === undefined ? {} : { credential }),
              ...(proxy === null ? {} : { proxy: splitAddress(proxy) }),
              connectTimeoutMillis: connectionTimeoutSeconds * 1000,
              requestTimeoutMillis: connectionTimeoutSeconds * 1000,
              mostConnectionsPerServer: CONNECTIONS_PER_SERVER,
              primaryKeyMayLeave,
            },
            deps,
          ),
          E.mapLeft(
            (): VaultFault => ({ _tag: 'VaultUnavailable', rule: "holds a key that is not the client certificate's" }),
          ),
        ),
      ),
    );
  };
