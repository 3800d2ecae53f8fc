import { readdir, readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import * as TE from 'fp-ts/lib/TaskEither.js';

export interface ConsoleMissing {
  readonly _tag: 'ConsoleMissing';
}

/** One file of the console. `kept`: its name is its digest, so it never changes. */
export interface ConsoleFile {
  readonly bytes: Uint8Array;
  readonly type: string;
  readonly kept: boolean;
}

/** By path below the console's own address; the page itself is the empty path. */
export type BuiltConsole = ReadonlyMap<string, ConsoleFile>;

/** Beside the built program, and beside the sources when they run as they are. */
const PLACES = ['../../console/', '../../dist/console/'];

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

const fileAt = async (folder: URL, path: string): Promise<ConsoleFile> => ({
  bytes: new Uint8Array(await readFile(new URL(path, folder))),
  type: TYPES[extname(path)] ?? 'application/octet-stream',
  kept: path.startsWith('assets/'),
});

const readFolder = async (folder: URL): Promise<BuiltConsole> => {
  const names = await readdir(new URL('assets/', folder));
  const assets = names.map((name) => `assets/${name}`);
  const files = await Promise.all(
    ['index.html', ...assets].map(async (path) => [path, await fileAt(folder, path)] as const),
  );
  return new Map(files.map(([path, file]) => [path === 'index.html' ? '' : path, file]));
};

const firstOf = async (places: ReadonlyArray<string>): Promise<BuiltConsole> => {
  const [place = '', ...others] = places;
  try {
    return await readFolder(new URL(place, import.meta.url));
  } catch (error) {
    if (others.length === 0) throw error;
    return firstOf(others);
  }
};

/** The console as the build made it, all of it in memory: what is asked for is looked up, and never a path of the disk. */
export const builtConsole: TE.TaskEither<ConsoleMissing, BuiltConsole> = TE.tryCatch(
  () => firstOf(PLACES),
  () => ({ _tag: 'ConsoleMissing' }),
);

/**
 * Scripts, styles and answers of this origin alone. Nothing of it may be made from text (trusted types), framed, or sent
 * elsewhere, so that what a host is called can't become more than a name.
 */
export const CONSOLE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "trusted-types 'none'",
  "require-trusted-types-for 'script'",
].join('; ');
