import { closeSync, openSync, readFileSync, readSync } from 'node:fs';

export type Region = readonly [name: string, bytes: Buffer];

const MAPPING = /^([0-9a-f]+)-([0-9a-f]+) rw.. \S+ \S+ \S+ *(.*)$/gm;
/** Reserved, not used: a core dump leaves such out as well. */
const MOST_BYTES = 512 * 1024 * 1024;

const readAt = (fd: number, from: number, size: number): Buffer | undefined => {
  const bytes = Buffer.allocUnsafeSlow(size);
  try {
    return bytes.subarray(0, readSync(fd, bytes, 0, size, from));
  } catch {
    return undefined;
  }
};

/** All that a process may write to, as it is now: what a core dump of it would hold. Linux; the same user, or root. */
export const processMemory = (pid: number): ReadonlyArray<Region> => {
  const maps = readFileSync(`/proc/${String(pid)}/maps`, 'utf8');
  const fd = openSync(`/proc/${String(pid)}/mem`, 'r');
  try {
    return [...maps.matchAll(MAPPING)].flatMap(([, from = '', to = '', name = '']) => {
      const start = Number.parseInt(from, 16);
      const size = Number.parseInt(to, 16) - start;
      const bytes = size > MOST_BYTES ? undefined : readAt(fd, start, size);
      return bytes === undefined ? [] : [[name, bytes] as const];
    });
  } finally {
    closeSync(fd);
  }
};
