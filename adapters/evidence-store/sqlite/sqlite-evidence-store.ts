import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import * as E from 'fp-ts/lib/Either.js';
import type { EvidenceStore, StoreError } from '../../../domain/ports.js';
import { blobOf, type Database, type Row } from '../../event-store/sqlite/database.js';
import type { Lane } from '../../event-store/sqlite/lane.js';
import { storeErrorOf } from '../../event-store/sqlite/store-error.js';
import { MOST_BLOB_BYTES } from '../blob-limits.js';
import { createKnownDigests } from './known-digests.js';

const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);

/**
 * Below this, compressing saves less than it costs: each attestation's manifest, mostly keys and digests, would shrink by a
 * third for 0.1 ms.
 */
const LEAST_TO_COMPRESS = 4096;

const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

interface Packed {
  readonly encoding: 'raw' | 'deflate';
  readonly bytes: Uint8Array;
}

const pack = async (bytes: Uint8Array): Promise<Packed> => {
  const deflated = bytes.length < LEAST_TO_COMPRESS ? bytes : await deflate(bytes, { level: 3 });
  return deflated.length < bytes.length ? { encoding: 'deflate', bytes: deflated } : { encoding: 'raw', bytes };
};

const damaged = (sha256: string, rule: string): StoreError => ({
  _tag: 'StoreDamaged',
  where: `evidence ${sha256}`,
  rule,
});

/** Never inflates to more than the row says, nor that to more than a blob may be. */
const unpack = async (sha256: string, [encoding, size, stored]: Row): Promise<E.Either<StoreError, Uint8Array>> => {
  if (typeof size !== 'number' || size < 0 || size > MOST_BLOB_BYTES)
    return E.left(damaged(sha256, 'has no possible size'));
  const packed = blobOf(stored);
  const bytes =
    encoding === 'deflate'
      ? await inflate(packed, { maxOutputLength: Math.max(size, 1) }).catch(() => undefined)
      : packed;
  const whole = bytes?.length === size && digestOf(bytes) === sha256 ? new Uint8Array(bytes) : undefined;
  return whole === undefined ? E.left(damaged(sha256, 'must have the digest that it is kept under')) : E.right(whole);
};

/** Evidence in the ledger's own file and commits, so that one copy of the file is a whole copy. */
export const createSqliteEvidenceStore = async (
  file: string,
  database: Database,
  lane: Lane,
): Promise<EvidenceStore> => {
  const insert = await database.prepare(
    'INSERT OR IGNORE INTO blobs (sha256, encoding, size, bytes) VALUES (?, ?, ?, ?)',
  );
  const select = await database.prepare('SELECT encoding, size, bytes FROM blobs WHERE sha256 = ?');
  const has = await database.prepare('SELECT 1 FROM blobs WHERE sha256 = ?');
  const known = createKnownDigests();
  const writing = new Map<string, Promise<string>>();

  const write = async (sha256: string, bytes: Uint8Array): Promise<string> => {
    const name = Buffer.from(sha256, 'hex');
    const held = await lane.read(() => Promise.resolve(has.get([name]) !== undefined));
    if (!held) {
      const packed = await pack(bytes);
      await lane.write(() => insert.run([name, packed.encoding, bytes.length, packed.bytes]));
    }
    known.add(sha256);
    return sha256;
  };

  const put = (bytes: Uint8Array): Promise<string> => {
    const sha256 = digestOf(bytes);
    if (known.has(sha256)) return Promise.resolve(sha256);
    const begun = writing.get(sha256) ?? write(sha256, bytes.slice()).finally(() => writing.delete(sha256));
    writing.set(sha256, begun);
    return begun;
  };

  const get = async (sha256: string): Promise<E.Either<StoreError, Uint8Array | undefined>> => {
    const row = await lane.read(() => Promise.resolve(select.get([Buffer.from(sha256, 'hex')])));
    return row === undefined ? E.right(undefined) : unpack(sha256, row);
  };

  const failed = (error: unknown): E.Either<StoreError, never> => E.left(storeErrorOf(file, error));
  const rule = `a blob is at most ${MOST_BLOB_BYTES} bytes`;
  return {
    put: (bytes) => () =>
      bytes.length > MOST_BLOB_BYTES
        ? Promise.resolve(E.left({ _tag: 'StoreRefused', what: 'evidence', rule }))
        : put(bytes).then((sha256) => E.right(sha256), failed),
    get: (sha256) => () => get(sha256).catch(failed),
  };
};
