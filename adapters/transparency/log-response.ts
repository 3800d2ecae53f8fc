import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import * as E from 'fp-ts/lib/Either.js';
import { CHECKPOINT_PATH } from '../../domain/transparency/read-signed.js';
import type { TransparencyLog } from './transparency-log.js';

export interface LogResponse {
  readonly status: 200 | 404 | 503;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

const compress = promisify(gzip);
const ENTRIES = 'tile/entries/';
const BINARY = 'application/octet-stream';
const YEAR_SECONDS = 31_536_000;

/** Bundles name hosts and people; all else of a log is hashes. */
export const namesPeople = (path: string): boolean => path.startsWith(ENTRIES);

const headersOf = (path: string, shared: boolean): Readonly<Record<string, string>> =>
  path === CHECKPOINT_PATH
    ? { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'public, max-age=1' }
    : {
        'content-type': BINARY,
        'cache-control': `${shared ? 'public' : 'private'}, max-age=${String(YEAR_SECONDS)}, immutable`,
      };

/** What may not be cached for long: a tile that is not there yet may be there in a second. */
const failure = (status: 404 | 503, text: string): LogResponse => ({
  status,
  headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
  body: new TextEncoder().encode(`${text}\n`),
});

const acceptsGzip = (acceptEncoding: string | undefined): boolean =>
  (acceptEncoding ?? '')
    .split(',')
    .some((coding) => /^\s*(?:gzip|\*)\s*(?:;\s*q=(?:1|0\.\d*[1-9]\d*)(?:\.0*)?\s*)?$/i.test(coding));

export interface LogRequest {
  /** Below the log's prefix: `checkpoint` or `tile/...`. */
  readonly path: string;
  readonly acceptEncoding: string | undefined;
  /** Whether caches that others share may keep entries: only if the log is public. */
  readonly publicEntries: boolean;
}

/** A GET of C2SP tlog-tiles with its content type, caching and, for bundles, compression. Who may ask is the caller's business. */
export const respondFromLog = async (
  log: Pick<TransparencyLog, 'resource'>,
  request: LogRequest,
): Promise<LogResponse> => {
  const { path, acceptEncoding, publicEntries } = request;
  const found = await log.resource(path)();
  if (E.isLeft(found)) return failure(503, 'try again later');
  if (found.right === undefined) return failure(404, 'not found');
  const headers = headersOf(path, publicEntries || !namesPeople(path));
  if (!namesPeople(path)) return { status: 200, headers, body: found.right };
  const varying = { ...headers, vary: 'accept-encoding' };
  return acceptsGzip(acceptEncoding)
    ? {
        status: 200,
        headers: { ...varying, 'content-encoding': 'gzip' },
        body: new Uint8Array(await compress(found.right)),
      }
    : { status: 200, headers: varying, body: found.right };
};
