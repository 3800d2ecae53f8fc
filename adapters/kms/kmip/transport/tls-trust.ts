import { X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import * as E from 'fp-ts/lib/Either.js';
import type { KmipOptions } from '../options.js';
import type { TlsTrust } from './open-tls.js';

const PEM = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]*-----END CERTIFICATE-----/g;

const sha256Of = (pem: string): string => new X509Certificate(pem).fingerprint256.replaceAll(':', '').toLowerCase();

/**
 * Each trusted certificate is an anchor of its own, be it a CA's or a server's: nothing above it need be known, and
 * no CA that the platform knows counts. Left: what about the certificates or the key can't be used.
 */
export const tlsTrust = ({ trustedPeers, client }: KmipOptions): E.Either<string, TlsTrust> =>
  E.tryCatch(
    () => {
      const peers = trustedPeers.match(PEM) ?? [];
      const options: SecureContextOptions & { readonly allowPartialTrustChain: boolean } = {
        ca: peers,
        ...(client === undefined ? {} : { cert: client.certificate, key: client.privateKey }),
        minVersion: 'TLSv1.2',
        allowPartialTrustChain: true,
      };
      return { context: createSecureContext(options), pinned: new Set(peers.map(sha256Of)) };
    },
    () => "client certificate, its private key and trusted peers must be PEM, and the key must be the certificate's",
  );
