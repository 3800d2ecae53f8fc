import type { KeyServerFault } from '../../../../domain/key-provider/key-servers.js';

/** TLS alerts by which a server says that it takes our certificate not (RFC 8446, 6.2; RFC 5246, 7.2.2). */
const ABOUT_US: ReadonlySet<string> = new Set([
  'BAD_CERTIFICATE',
  'UNSUPPORTED_CERTIFICATE',
  'CERTIFICATE_REVOKED',
  'CERTIFICATE_EXPIRED',
  'CERTIFICATE_UNKNOWN',
  'CERTIFICATE_REQUIRED',
  'UNKNOWN_CA',
  'ACCESS_DENIED',
  'DECRYPT_ERROR',
  // What TLS 1.2 says where a certificate was asked for and none, or none of the right kind, came.
  'HANDSHAKE_FAILURE',
]);

const RULES: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'certificate has expired',
  CERT_NOT_YET_VALID: 'certificate is not valid yet',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'certificate is not among the trusted ones',
  SELF_SIGNED_CERT_IN_CHAIN: 'no certificate of the chain is among the trusted ones',
  UNABLE_TO_GET_ISSUER_CERT: 'no certificate of the chain is among the trusted ones',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'no certificate of the chain is among the trusted ones',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'certificate is not among the trusted ones',
  ERR_TLS_CERT_ALTNAME_INVALID: 'certificate is for another name',
};

export const unreachable = (server: string, detail: string): KeyServerFault => ({
  _tag: 'KeyServerUnreachable',
  server,
  detail,
});

const LATE = 'no answer within';

export const late = (server: string, millis: number): KeyServerFault => unreachable(server, `${LATE} ${millis} ms`);

export const isLate = (fault: KeyServerFault): boolean =>
  fault._tag === 'KeyServerUnreachable' && fault.detail.startsWith(LATE);

export const misbehaved = (server: string, rule: string): KeyServerFault => ({
  _tag: 'KeyServerMisbehaved',
  server,
  rule,
});

export const notTrusted = (server: string, rule: string): KeyServerFault => ({
  _tag: 'KeyServerNotTrusted',
  server,
  rule,
});

/** For what OpenSSL and we ourselves found wrong with the server's certificate: the code, as a rule. */
export const untrustedFor = (server: string, code: string): KeyServerFault =>
  notTrusted(server, RULES[code] ?? `certificate is refused (${code})`);

const fromTls = (server: string, code: string): KeyServerFault => {
  const alert = /_ALERT_([A-Z_]+)$/.exec(code)?.[1];
  if (alert === undefined) return misbehaved(server, `must speak TLS 1.2 or newer (${code})`);
  const reason = `TLS alert: ${alert.toLowerCase().replaceAll('_', ' ')}`;
  return ABOUT_US.has(alert) ? { _tag: 'KeyServerTrustsUsNot', server, reason } : unreachable(server, reason);
};

/** What an error of a socket means. Only its code is kept. */
export const faultOfError = (server: string, error: unknown): KeyServerFault => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  return code.startsWith('ERR_SSL_') ? fromTls(server, code) : unreachable(server, code);
};
