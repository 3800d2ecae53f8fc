import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import * as E from 'fp-ts/lib/Either.js';
import type { KeyServerFault, ShownCertificate } from '../../../../domain/key-provider/key-servers.js';
import { pemOf } from '../../../crypto/pem-text.js';
import type { KmipOptions, KmipServerAddress } from '../options.js';
import { openSocket } from './open-socket.js';
import { endOf, serverNameFor } from './open-tls.js';
import { faultOfError, misbehaved } from './transport-fault.js';

const LARGEST_CERTIFICATE = 16_384;

const shownBy = (server: string, socket: TLSSocket): E.Either<KeyServerFault, ShownCertificate> | undefined => {
  const der = socket.getPeerX509Certificate()?.raw;
  if (der === undefined) return undefined;
  if (der.length > LARGEST_CERTIFICATE) return E.left(misbehaved(server, 'must show a certificate of ordinary size'));
  return E.right({ server, pem: pemOf('CERTIFICATE', der), sha256: createHash('sha256').update(der).digest('hex') });
};

/** Without our certificate: whoever it is learns nothing of us, and need not trust us to be looked at. */
const look = (
  socket: Socket,
  address: KmipServerAddress,
  signal: AbortSignal,
): Promise<E.Either<KeyServerFault, ShownCertificate>> =>
  new Promise((resolve) => {
    const { name } = address;
    const secured = connect({
      socket,
      minVersion: 'TLSv1.2',
      rejectUnauthorized: false,
      ...serverNameFor(address),
    });
    const finish = (otherwise: KeyServerFault): void => {
      resolve(shownBy(name, secured) ?? E.left(otherwise));
      secured.destroy();
    };
    signal.addEventListener('abort', () => finish(endOf(name, signal)), { once: true });
    secured.on('error', (error) => finish(faultOfError(name, error)));
    secured.once('close', () => finish(endOf(name, signal)));
    secured.once('secureConnect', () => finish(misbehaved(name, 'must show a certificate')));
  });

const showCertificate = async (
  address: KmipServerAddress,
  options: KmipOptions,
): Promise<E.Either<KeyServerFault, ShownCertificate>> => {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), options.connectTimeoutMillis);
  const socket = await openSocket(address, options, late.signal);
  const shown = E.isLeft(socket) ? socket : await look(socket.right, address, late.signal);
  clearTimeout(timer);
  return shown;
};

/** What each server that can be reached shows; Left only when none can. */
export const showCertificates = async (
  options: KmipOptions,
): Promise<E.Either<KeyServerFault, ReadonlyArray<ShownCertificate>>> => {
  const shown = await Promise.all(options.servers.map((address) => showCertificate(address, options)));
  const certificates = shown.flatMap((one) => (E.isRight(one) ? [one.right] : []));
  const fault = shown.find(E.isLeft);
  return certificates.length > 0 || fault === undefined ? E.right(certificates) : fault;
};
