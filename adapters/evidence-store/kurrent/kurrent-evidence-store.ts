import { createHash } from 'node:crypto';
import * as E from 'fp-ts/lib/Either.js';
import { concat } from '../../../domain/encoding/bytes.js';
import { eventId } from '../../../domain/ledger/event-id.js';
import type { EvidenceStore, StoreError } from '../../../domain/ports.js';
import { nodeHashing } from '../../crypto/node/hashing.js';
import type { KurrentClient, KurrentEvent } from '../../event-store/kurrent/client.js';
import { storeErrorOf } from '../../event-store/kurrent/kurrent-error.js';
import type { StreamNames } from '../../event-store/kurrent/stream-names.js';
import { MOST_BLOB_BYTES } from '../blob-limits.js';
import { createKnownDigests } from '../sqlite/known-digests.js';

export interface KurrentEvidenceDeps {
  readonly client: Pick<KurrentClient, 'append' | 'read'>;
  readonly names: StreamNames;
}

/** Older servers take no append of more than 1 MiB. */
const CHUNK_BYTES = 512 * 1024;
const MOST_CHUNKS = Math.ceil(MOST_BLOB_BYTES / CHUNK_BYTES);
const MOST_ATTEMPTS = 3;

const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const chunksOf = (bytes: Uint8Array): ReadonlyArray<Uint8Array> =>
  Array.from({ length: Math.max(Math.ceil(bytes.length / CHUNK_BYTES), 1) }, (_, i) =>
    bytes.subarray(i * CHUNK_BYTES, (i + 1) * CHUNK_BYTES),
  );

const countOf = (event: KurrentEvent | undefined): number => {
  const metadata = event?.metadata;
  const chunks = typeof metadata === 'object' && metadata !== null && 'chunks' in metadata ? metadata.chunks : 0;
  return typeof chunks === 'number' ? chunks : 0;
};

/**
 * Each blob is a stream of its own, named by its digest. A chunk's id and revision follow from its place, so whoever puts
 * the same blob writes the same events, any number of times, and one that was begun and given up is finished by the next.
 */
export const createKurrentEvidenceStore = ({ client, names }: KurrentEvidenceDeps): EvidenceStore => {
  const known = createKnownDigests();

  const putChunk = async (
    sha256: string,
    revision: number,
    chunks: number,
    bytes: Uint8Array,
    attempt = 1,
  ): Promise<StoreError | undefined> => {
    const stream = names.evidence(sha256);
    const id = eventId(nodeHashing, `evidence/${sha256}`, String(chunks), revision);
    const done = await client.append(stream, revision - 1, [
      { id, type: 'SekishoEvidence', bytes, metadata: { chunks } },
    ])();
    if (E.isRight(done)) return undefined;
    if (done.left._tag === 'OutcomeUnknown' && attempt < MOST_ATTEMPTS)
      return putChunk(sha256, revision, chunks, bytes, attempt + 1);
    return done.left._tag === 'WrongRevision'
      ? { _tag: 'StoreDamaged', where: `evidence ${sha256}`, rule: 'somebody else wrote to its stream' }
      : storeErrorOf(stream, done.left);
  };

  const put = async (bytes: Uint8Array): Promise<E.Either<StoreError, string>> => {
    const sha256 = digestOf(bytes);
    if (known.has(sha256)) return E.right(sha256);
    const chunks = chunksOf(bytes);
    for (const [revision, chunk] of chunks.entries()) {
      const fault = await putChunk(sha256, revision, chunks.length, chunk);
      if (fault !== undefined) return E.left(fault);
    }
    known.add(sha256);
    return E.right(sha256);
  };

  const get = async (sha256: string): Promise<E.Either<StoreError, Uint8Array | undefined>> => {
    const stream = names.evidence(sha256);
    const read = await client.read(stream, { from: 0, limit: MOST_CHUNKS + 1 })();
    if (E.isLeft(read)) return E.left(storeErrorOf(stream, read.left));
    // Given up half-way, so it was never acknowledged.
    if (read.right.length < countOf(read.right[0]) || read.right.length === 0) return E.right(undefined);
    const bytes = concat(...read.right.map((event) => event.bytes ?? new Uint8Array()));
    if (digestOf(bytes) === sha256) return E.right(bytes);
    return E.left({
      _tag: 'StoreDamaged',
      where: `evidence ${sha256}`,
      rule: 'must have the digest that it is kept under',
    });
  };

  const rule = `a blob is at most ${MOST_BLOB_BYTES} bytes`;
  return {
    put: (bytes) => () =>
      bytes.length > MOST_BLOB_BYTES
        ? Promise.resolve(E.left({ _tag: 'StoreRefused', what: 'evidence', rule }))
        : put(bytes.slice()),
    get: (sha256) => () => get(sha256),
  };
};
