import { fstatSync, writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import * as E from 'fp-ts/lib/Either.js';
import { badInput, type CliFailure, unavailable } from './failure.js';

/** Where a key goes: to a pipe or a socket that somebody reads. A terminal keeps what it showed, a file is on a disk. */
export const checkSecretOutput = (fd: number, force: boolean): E.Either<CliFailure, number> => {
  const advice = 'Pipe it into the program that needs it, or give --force.';
  if (!force && isatty(fd)) return E.left(badInput('KeyToTerminal', 'a key is not shown on a terminal', advice));
  try {
    const place = fstatSync(fd);
    if (!force && place.isFile()) return E.left(badInput('KeyToFile', 'a key is not written to a file', advice));
    return E.right(fd);
  } catch {
    return E.left(badInput('NoSuchDescriptor', `descriptor ${String(fd)} is not open`));
  }
};

/** Erases the key, whatever comes of it. */
export const writeSecret = (fd: number, key: Uint8Array): E.Either<CliFailure, void> => {
  try {
    for (let done = 0; done < key.length; ) done += writeSync(fd, key, done);
    return E.right(undefined);
  } catch {
    return E.left(unavailable('KeyNotWritten', 'nobody read the key'));
  } finally {
    key.fill(0);
  }
};
