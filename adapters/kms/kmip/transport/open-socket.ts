import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import * as E from 'fp-ts/lib/Either.js';
import type { KeyServerFault } from '../../../../domain/key-provider/key-servers.js';
import type { KmipOptions, KmipServerAddress } from '../options.js';
import { faultOfError, unreachable } from './transport-fault.js';

type Opened = E.Either<KeyServerFault, Socket>;
type Via = Pick<KmipOptions, 'proxy' | 'connectTimeoutMillis'>;

/** More than any proxy needs to say yes. */
const MOST_PROXY_HEADER_BYTES = 8192;

const directly = ({ name, host, port }: KmipServerAddress, signal: AbortSignal): Promise<Opened> =>
  new Promise((resolve) => {
    const socket = connect({ host, port, noDelay: true, signal });
    // Stays: an abort after the connection stands is an error of the socket too.
    socket.on('error', (error) =>
      resolve(E.left(signal.aborted ? unreachable(name, 'timed out') : faultOfError(name, error))),
    );
    socket.once('connect', () => resolve(E.right(socket)));
  });

/** RFC 9110, 9.3.6. */
const throughProxy = (
  { name, host, port }: KmipServerAddress,
  proxy: NonNullable<Via['proxy']>,
  signal: AbortSignal,
): Promise<Opened> =>
  new Promise((resolve) => {
    const target = `${host.includes(':') ? `[${host}]` : host}:${port}`;
    const failed = (detail: string): void => resolve(E.left(unreachable(name, detail)));
    const asked = request({
      host: proxy.host,
      port: proxy.port,
      method: 'CONNECT',
      path: target,
      headers: { host: target },
      agent: false,
      maxHeaderSize: MOST_PROXY_HEADER_BYTES,
      signal,
    });
    asked.once('connect', (answer, socket: Socket, head) => {
      if (answer.statusCode === 200 && head.length === 0) {
        resolve(E.right(socket.setNoDelay()));
        return;
      }
      socket.destroy();
      failed(`proxy answered ${answer.statusCode ?? 0}`);
    });
    asked.once('response', (answer) => {
      answer.destroy();
      failed(`proxy answered ${answer.statusCode ?? 0}`);
    });
    asked.on('error', (error) =>
      failed(signal.aborted ? 'timed out' : `proxy: ${'code' in error ? String(error.code) : 'failed'}`),
    );
    asked.end();
  });

/** A TCP connection to the server, or to it through the proxy; nothing has been sent to the server. */
export const openSocket = (address: KmipServerAddress, via: Via, signal: AbortSignal): Promise<Opened> =>
  via.proxy === undefined ? directly(address, signal) : throughProxy(address, via.proxy, signal);
