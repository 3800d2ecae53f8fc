import type { ClientRequest, IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { CertificateUntrusted, connectTrusted } from './connect-trusted.js';
import type { ServerTrust } from './server-trust.js';
import { type VsphereFault, vsphereFault } from './vsphere-fault.js';

export interface SoapReply {
  readonly status: number;
  readonly text: string;
}

/** One conversation with a server: a connection that is kept, and the cookie that names the session. */
export interface SoapTransport {
  readonly send: (body: string) => TE.TaskEither<VsphereFault, SoapReply>;
  /** Forgets the session; the next request has none. */
  readonly forget: () => void;
  /** For good: what is under way fails, and so does whatever is sent after it. */
  readonly close: () => void;
}

export interface TransportSettings {
  readonly host: string;
  readonly port: number;
  readonly trust: ServerTrust;
  readonly millis: number;
  readonly mostBytes: number;
}

const COOKIE = /^vmware_soap_session=("?[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]{1,256}"?)/;

class TooLarge extends Error {}

const TLS_CODES = /^(?:CERT_|ERR_TLS_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED|ERR_SSL_|HOSTNAME_MISMATCH|INVALID_CA)/;

const faultOf = (error: unknown): VsphereFault => {
  if (error instanceof TooLarge) return vsphereFault('AnswerTooLarge', error.message);
  if (error instanceof CertificateUntrusted) return vsphereFault('CertificateUntrusted', error.message);
  if (error instanceof Error && /^(?:Abort|Timeout)Error$/.test(error.name))
    return vsphereFault('Unreachable', 'timed out');
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  return vsphereFault(TLS_CODES.test(code) ? 'CertificateUntrusted' : 'Unreachable', code);
};

const readText = async (response: IncomingMessage, most: number): Promise<string> => {
  const parts: Array<Buffer> = [];
  let size = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > most) throw new TooLarge(`an answer of more than ${String(most)} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
};

const cookieOf = (response: IncomingMessage): string | undefined =>
  response.headers['set-cookie']?.map((each) => COOKIE.exec(each)?.[1]).find((each) => each !== undefined);

const answered = (asking: ClientRequest, body: string): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    asking.once('response', resolve);
    asking.on('error', reject);
    asking.end(body);
  });

/** Trust comes first: the agent gets only connections whose other end is known. */
const agentOf = ({ host, port, trust, millis }: TransportSettings, signal: AbortSignal): Agent => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  // Node passes a callback that its types don't know of; see net's createConnection in http.Agent.
  Object.assign(agent, {
    createConnection: (_: unknown, then: Parameters<typeof connectTrusted>[3]) => {
      connectTrusted({ host, port }, trust, { millis, signal }, then);
    },
  });
  return agent;
};

/** SOAP over HTTPS with bounds on time and size; no redirects, and nothing said before the server is known. */
export const soapTransport = (settings: TransportSettings): SoapTransport => {
  const { host, port, millis, mostBytes } = settings;
  const closing = new AbortController();
  const agent = agentOf(settings, closing.signal);
  let session: string | undefined;
  const send = async (body: string): Promise<SoapReply> => {
    const headers = {
      'content-type': 'text/xml; charset=utf-8',
      'content-length': Buffer.byteLength(body),
      soapaction: '"urn:vim25/6.7"',
      ...(session === undefined ? {} : { cookie: `vmware_soap_session=${session}` }),
    };
    const signal = AbortSignal.any([AbortSignal.timeout(millis), closing.signal]);
    const response = await answered(
      request({ host, port, path: '/sdk', method: 'POST', headers, agent, signal }),
      body,
    );
    session = cookieOf(response) ?? session;
    return { status: response.statusCode ?? 0, text: await readText(response, mostBytes) };
  };
  return {
    send: (body) => TE.tryCatch(() => send(body), faultOf),
    forget: () => {
      session = undefined;
    },
    close: () => {
      closing.abort();
      agent.destroy();
    },
  };
};
