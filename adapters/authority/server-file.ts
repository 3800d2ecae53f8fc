import { readFileSync } from 'node:fs';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import { decode } from '../../domain/encoding/explain.js';
import { parseJson } from '../../domain/encoding/json.js';

/** Where a serving authority can be reached; the file is there while it serves, and stays after a crash. */
const ServerFile = t.type({ url: t.string, pid: t.number });
export type ServerFile = t.TypeOf<typeof ServerFile>;

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
};

/** The server of this data folder, if its process lives. Undefined also after a crash: the file alone proves nothing. */
export const liveServer = (file: string): ServerFile | undefined => {
  const read = pipe(
    E.tryCatch(
      () => readFileSync(file, 'utf8'),
      () => undefined,
    ),
    E.flatMap((text) => parseJson(text)),
    E.flatMap(decode(ServerFile)),
  );
  return E.isRight(read) && read.right.pid !== process.pid && isAlive(read.right.pid) ? read.right : undefined;
};
