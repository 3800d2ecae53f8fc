import { connect } from 'node:net';

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

/** One kept-alive connection, one request at a time. Plain sockets: what a request costs here is missing at the server. */
export interface HttpConnection {
  readonly send: (method: string, path: string, body?: string, headers?: string) => Promise<HttpAnswer>;
  readonly close: () => void;
}

const HEAD_END = Buffer.from('\r\n\r\n');

/** A whole answer at the beginning of the bytes, or undefined. The server always says how long its answers are. */
const answerIn = (bytes: Buffer): { readonly answer: HttpAnswer; readonly size: number } | undefined => {
  const headEnd = bytes.indexOf(HEAD_END);
  if (headEnd < 0) return undefined;
  const head = bytes.toString('latin1', 0, headEnd);
  const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0);
  const start = headEnd + HEAD_END.length;
  if (bytes.length < start + length) return undefined;
  const status = Number(head.slice(9, 12));
  return { answer: { status, body: bytes.toString('utf8', start, start + length) }, size: start + length };
};

export const openConnection = async (port: number, localAddress = '127.0.0.1'): Promise<HttpConnection> => {
  const socket = connect({ port, host: '127.0.0.1', localAddress });
  socket.setNoDelay(true);
  let held: Buffer = Buffer.alloc(0);
  let waiting: ((answer: HttpAnswer | Error) => void) | undefined;
  const settle = (answer: HttpAnswer | Error): void => {
    const settled = waiting;
    waiting = undefined;
    settled?.(answer);
  };
  socket.on('data', (chunk: Buffer) => {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    const whole = answerIn(held);
    if (whole === undefined) return;
    held = held.subarray(whole.size);
    settle(whole.answer);
  });
  socket.on('error', settle);
  socket.on('close', () => settle(new Error('connection closed')));
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  return {
    send: (method, path, body = '', headers = '') =>
      new Promise((resolve, reject) => {
        if (socket.destroyed) {
          reject(new Error('connection closed'));
          return;
        }
        waiting = (answer) => (answer instanceof Error ? reject(answer) : resolve(answer));
        const type = body === '' ? '' : 'content-type: application/json\r\n';
        const length = `content-length: ${String(Buffer.byteLength(body))}\r\n`;
        socket.write(`${method} ${path} HTTP/1.1\r\nhost: bench\r\n${type}${length}${headers}\r\n${body}`);
        return undefined;
      }),
    close: () => void socket.destroy(),
  };
};
