import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { readBytes, readSecret } from '../../../adapters/cli/input.js';
import { left, right } from '../../support/ledger.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const fileOf = (bytes: Uint8Array | string, mode = 0o600): string => {
  const file = join(temporaryFolder(), 'input');
  writeFileSync(file, bytes, { mode });
  return file;
};

const sized = (size: number): Uint8Array => Uint8Array.from({ length: size }, (_, i) => i % 251);

describe('a file that is read', () => {
  afterEach(() => vi.restoreAllMocks());

  it.each([0, 1, 4095, 4096, 4097, 100_000])('of %i bytes comes whole', async (size) => {
    const read = right(await readBytes(fileOf(sized(size)), 1 << 28)());
    expect(Buffer.compare(read, sized(size))).toBe(0);
  });

  it('takes room for what it holds, not for the most that it may hold: thousands are read one after the other', async () => {
    const file = fileOf('one line\n');
    const rooms = vi.spyOn(Buffer, 'alloc');
    right(await readBytes(file, 1 << 28)());
    expect(Math.max(...rooms.mock.calls.map(([size]) => size))).toBeLessThanOrEqual(8192);
  });

  it('may hold exactly the most, and not a byte more, whether it says its size or has no end', async () => {
    expect(right(await readBytes(fileOf(sized(5000)), 5000)())).toHaveLength(5000);
    for (const file of [fileOf(sized(5001)), '/dev/zero'])
      expect(left(await readBytes(file, 5000)())).toMatchObject({ code: 'FileTooLarge' });
  });

  it('may be longer than it says, as those of the kernel are', async () => {
    expect(new TextDecoder().decode(right(await readBytes('/proc/self/maps', 1 << 28)()))).toMatch(/\n$/);
  });

  it('is no secret if others can read it', async () => {
    expect(right(await readSecret(fileOf('secret\n'))())).toBe('secret');
    expect(left(await readSecret(fileOf('secret\n', 0o644))())).toMatchObject({ code: 'FileExposed' });
  });
});
