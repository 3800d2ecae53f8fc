import type { Socket } from 'node:net';

/**
 * Hears a connection line by line. A line that is longer than `most`, or no UTF-8, ends the connection: what follows it can't
 * be told apart from it.
 */
export const hearLines = (socket: Socket, most: number, hear: (line: string) => void): void => {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let parts: Array<Buffer> = [];
  let held = 0;
  const end = (rest: Buffer): string => {
    const line = Buffer.concat([...parts, rest]);
    parts = [];
    held = 0;
    return decoder.decode(line);
  };
  socket.on('data', (chunk: Buffer) => {
    let from = 0;
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
      if (held + at - from > most) return void socket.destroy();
      try {
        hear(end(chunk.subarray(from, at)));
      } catch {
        return void socket.destroy();
      }
      from = at + 1;
    }
    held += chunk.length - from;
    if (held > most) return void socket.destroy();
    if (from < chunk.length) parts.push(chunk.subarray(from));
    return undefined;
  });
};
