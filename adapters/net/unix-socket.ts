import { chmod, lstat, rm } from 'node:fs/promises';
import { connect, type Server } from 'node:net';

const isAnswered = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });

/** Takes away what a process that ended badly left; never another file, nor the socket of one that runs. Else why not. */
export const clearSocket = async (path: string, who: string): Promise<string | undefined> => {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) return undefined;
  if (!found.isSocket()) return 'is there already and is no socket';
  if (await isAnswered(path)) return `is served by another ${who}`;
  await rm(path, { force: true });
  return undefined;
};

/** Only its owner may connect: from the moment it is there, not a moment later. */
export const listenPrivately = async (server: Server, path: string): Promise<void> => {
  const before = process.umask(0o177);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(path, resolve);
      process.umask(before);
    });
  } finally {
    process.umask(before);
  }
  await chmod(path, 0o600);
};
