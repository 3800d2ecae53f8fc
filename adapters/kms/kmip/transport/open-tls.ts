import { isIP, type Socket } from 'node:net';
import {
  type ConnectionOptions,
  checkServerIdentity,
  connect,
  type PeerCertificate,
  type SecureContext,
  type TLSSocket,
} from 'node:tls';
import * as E from 'fp-ts/lib/Either.js';
import type { KeyServerFault } from '../../../../domain/key-provider/key-servers.js';
import type { KmipOptions, KmipServerAddress } from '../options.js';
import { openSocket } from './open-socket.js';
import { faultOfError, unreachable, untrustedFor } from './transport-fault.js';

/** TLS 1.3 lets a client speak before the server has judged its certificate; a server that took it sends a ticket. */
const VERDICT_MILLIS = 150;

export interface TlsTrust {
  /** Our certificate and key, and the trusted peers as anchors. */
  readonly context: SecureContext;
  /** SHA-256 over DER of each trusted certificate: whoever shows one of them needs no name. */
  readonly pinned: ReadonlySet<string>;
}

type Opened = E.Either<KeyServerFault, TLSSocket>;

const identityCheck =
  ({ host, certificateName = host }: KmipServerAddress, pinned: ReadonlySet<string>) =>
  (_: string, shown: PeerCertificate): Error | undefined =>
    pinned.has(shown.fingerprint256.replaceAll(':', '').toLowerCase())
      ? undefined
      : checkServerIdentity(certificateName, shown);

/** RFC 6066, 3: a name, never an address. */
export const serverNameFor = ({ host, certificateName = host }: KmipServerAddress): { readonly servername?: string } =>
  isIP(certificateName) === 0 ? { servername: certificateName } : {};

const optionsFor = (socket: Socket, address: KmipServerAddress, trust: TlsTrust): ConnectionOptions => {
  return {
    socket,
    secureContext: trust.context,
    minVersion: 'TLSv1.2',
    rejectUnauthorized: true,
    checkServerIdentity: identityCheck(address, trust.pinned),
    ...serverNameFor(address),
  };
};

/** OpenSSL's finding about the server's certificate, if that is what the handshake failed for. */
const verifyCode = (socket: TLSSocket): string | undefined => {
  const finding: unknown = socket.authorizationError;
  if (finding instanceof Error) return 'code' in finding ? String(finding.code) : finding.message;
  return typeof finding === 'string' ? finding : undefined;
};

/** A socket that was given up closes like one that the server closed. */
export const endOf = (server: string, signal: AbortSignal): KeyServerFault =>
  unreachable(server, signal.aborted ? 'timed out' : 'closed the connection in the handshake');

const isJudgedInHandshake = (socket: TLSSocket): boolean => socket.getProtocol() !== 'TLSv1.3';

const handshake = (socket: Socket, address: KmipServerAddress, trust: TlsTrust, signal: AbortSignal): Promise<Opened> =>
  new Promise((resolve) => {
    const secured = connect(optionsFor(socket, address, trust));
    const fail = (fault: KeyServerFault): void => {
      secured.destroy();
      resolve(E.left(fault));
    };
    signal.addEventListener('abort', () => fail(endOf(address.name, signal)), { once: true });
    secured.on('error', (error) => {
      const code = verifyCode(secured);
      fail(code === undefined ? faultOfError(address.name, error) : untrustedFor(address.name, code));
    });
    secured.once('close', () => fail(endOf(address.name, signal)));
    const accepted = (): void => resolve(E.right(secured));
    secured.once('secureConnect', () => {
      if (isJudgedInHandshake(secured)) {
        accepted();
        return;
      }
      // Not at once: the ticket is told of from inside OpenSSL's reading, where writing would be lost.
      secured.once('session', () => setImmediate(accepted));
      setTimeout(accepted, VERDICT_MILLIS).unref();
    });
  });

/**
 * A TLS connection to a server that is trusted, and that took our certificate as far as TLS tells. When the server's
 * certificate is not trusted nothing has been sent but the handshake.
 */
export const openTls = async (
  address: KmipServerAddress,
  trust: TlsTrust,
  options: Pick<KmipOptions, 'proxy' | 'connectTimeoutMillis'>,
): Promise<Opened> => {
  // Not AbortSignal.timeout: the sockets keep the signal, and one that fires later would end a good connection.
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), options.connectTimeoutMillis);
  const socket = await openSocket(address, options, late.signal);
  const secured = E.isLeft(socket) ? socket : await handshake(socket.right, address, trust, late.signal);
  clearTimeout(timer);
  return secured;
};
