import { gunzipSync } from 'node:zlib';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { describe, expect, it } from 'vitest';
import { type LogRequest, respondFromLog } from '../../../adapters/transparency/log-response.js';
import type { TransparencyLog } from '../../../adapters/transparency/transparency-log.js';
import { utf8 } from '../../../domain/encoding/bytes.js';

const log: Pick<TransparencyLog, 'resource'> = {
  resource: (path) =>
    path === 'missing'
      ? TE.right(undefined)
      : path === 'broken'
        ? TE.left({ _tag: 'PlaceUnavailable', where: 'x', detail: 'EIO' })
        : TE.right(utf8(path)),
};
const get = (path: string, more: Partial<LogRequest> = {}) =>
  respondFromLog(log, { path, acceptEncoding: undefined, publicEntries: false, ...more });

describe('answers of a log', () => {
  it('let a checkpoint be cached for a moment and tiles for good', async () => {
    expect((await get('checkpoint')).headers).toEqual({
      'content-type': 'text/plain; charset=utf-8',
      'cache-control': 'public, max-age=1',
    });
    expect((await get('tile/0/000')).headers).toEqual({
      'content-type': 'application/octet-stream',
      'cache-control': 'public, max-age=31536000, immutable',
    });
  });

  it('keep entries out of shared caches unless the log is public', async () => {
    expect((await get('tile/entries/000')).headers['cache-control']).toMatch(/^private/);
    expect((await get('tile/entries/000', { publicEntries: true })).headers['cache-control']).toMatch(/^public/);
  });

  it('compress bundles, and nothing else, for those who can read it', async () => {
    for (const acceptEncoding of ['gzip', 'br, GZIP;q=0.5', '*', 'gzip;q=1.0']) {
      const { headers, body } = await get('tile/entries/000', { acceptEncoding });
      expect(headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'accept-encoding' });
      expect(gunzipSync(body).toString()).toBe('tile/entries/000');
    }
    for (const acceptEncoding of [undefined, 'identity', 'gzip;q=0', 'gzip;q=0.0', 'notgzip', '']) {
      expect((await get('tile/entries/000', { acceptEncoding })).headers['content-encoding']).toBeUndefined();
    }
    expect((await get('tile/0/000', { acceptEncoding: 'gzip' })).headers['content-encoding']).toBeUndefined();
  });

  it('that fail are not kept', async () => {
    expect(await get('missing')).toMatchObject({ status: 404, headers: { 'cache-control': 'no-store' } });
    expect(await get('broken')).toMatchObject({ status: 503, headers: { 'cache-control': 'no-store' } });
  });
});
