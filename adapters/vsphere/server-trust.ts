import * as E from 'fp-ts/lib/Either.js';

/** By what the server's TLS certificate is believed: a CA that was given, or exactly this certificate. Nothing else is. */
export type ServerTrust =
  | { readonly kind: 'ca'; readonly pem: string }
  /** SHA-256 of the certificate, lower-case hexadecimal. */
  | { readonly kind: 'thumbprint'; readonly sha256: string };

const SHA256 = /^[0-9a-f]{64}$/;

/** With or without colons, as browsers and vSphere show it. SHA-1, which older versions show, is no proof any more. */
export const readThumbprint = (text: string): E.Either<string, ServerTrust> => {
  const sha256 = text.replaceAll(':', '').toLowerCase();
  return SHA256.test(sha256)
    ? E.right({ kind: 'thumbprint', sha256 })
    : E.left('must be the SHA-256 of the certificate: 64 hexadecimal digits, with or without colons');
};
