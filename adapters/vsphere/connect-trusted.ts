import { isIP } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import type { ServerTrust } from './server-trust.js';

interface Place {
  readonly host: string;
  readonly port: number;
}

interface Patience {
  readonly millis: number;
  /** Ends it at once. */
  readonly signal: AbortSignal;
}

/** The handshake's end, or its failure with a code of Node's. */
export type Connected = (error: Error | null, socket?: TLSSocket) => void;

export class CertificateUntrusted extends Error {
  override readonly name = 'CertificateUntrusted';
}

const isPinned = (socket: TLSSocket, sha256: string): boolean => {
  const shown = socket.getPeerX509Certificate()?.fingerprint256.replaceAll(':', '').toLowerCase();
  return shown === sha256;
};

/**
 * A TLS connection to the server that is meant, handed over only once that is known: not a byte of a request is written
 * before. By thumbprint, that one certificate is the whole of the trust, whatever its name, its issuer and its dates.
 */
export const connectTrusted = (
  { host, port }: Place,
  trust: ServerTrust,
  { millis, signal }: Patience,
  then: Connected,
): void => {
  const pinned = trust.kind === 'thumbprint';
  const socket = connect({
    host,
    port,
    ...(isIP(host) === 0 ? { servername: host } : {}),
    minVersion: 'TLSv1.2',
    rejectUnauthorized: !pinned,
    ...(trust.kind === 'ca' ? { ca: trust.pem } : {}),
  });
  const settle = (): void => {
    clearTimeout(timer);
    signal.removeEventListener('abort', closed);
    socket.removeListener('error', fail);
  };
  const fail = (error: Error): void => {
    settle();
    // Whatever it says after this, nobody waits for it.
    socket.on('error', () => undefined);
    socket.destroy();
    then(error);
  };
  const ended = (code: string) => (): void => fail(Object.assign(new Error('no handshake'), { code }));
  const closed = ended('ECONNABORTED');
  const timer = setTimeout(ended('ETIMEDOUT'), millis);
  signal.addEventListener('abort', closed, { once: true });
  socket.once('error', fail);
  socket.once('secureConnect', () => {
    settle();
    if (pinned && !isPinned(socket, trust.sha256))
      fail(new CertificateUntrusted('another certificate than the pinned one'));
    else then(null, socket);
  });
};
