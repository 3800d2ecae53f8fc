import { connect, createServer, type Socket } from 'node:net';

/** A wire between two that can be cut, as a switch that loses its mind does it: nothing arrives, and nobody is told. */
export interface TcpProxy {
  readonly port: number;
  readonly cut: () => void;
  /** Whole again; what was under way when it was cut is lost, and its ends learn it now. */
  readonly mend: () => void;
  readonly close: () => void;
}

/** `target`: the port behind it, asked for at each connection. */
export const tcpProxy = (target: () => number): Promise<TcpProxy> => {
  const sockets = new Set<Socket>();
  let whole = true;
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    return socket;
  };
  const server = createServer((from) => {
    keep(from);
    if (!whole) return;
    const to = keep(connect(target(), '127.0.0.1'));
    const pass = (source: Socket, sink: Socket): void => {
      source.on('data', (chunk) => {
        if (whole) sink.write(chunk);
      });
      source.on('close', () => (whole ? sink.destroy() : undefined));
    };
    pass(from, to);
    pass(to, from);
  });
  const drop = (): void => sockets.forEach((socket) => socket.destroy());
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve({
        port: typeof address === 'object' && address !== null ? address.port : 0,
        cut: () => {
          whole = false;
        },
        mend: () => {
          drop();
          whole = true;
        },
        close: () => {
          drop();
          server.close();
        },
      });
    });
  });
};
