import { createHash } from 'node:crypto';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { EvidenceStore } from '../../../domain/ports.js';
import { MOST_BLOB_BYTES } from '../blob-limits.js';

/** Blobs in this process's memory: for tests and for trying things out. */
export const createMemoryEvidenceStore = (): EvidenceStore => {
  const blobs = new Map<string, Uint8Array>();
  return {
    put: (bytes) => () => {
      if (bytes.length > MOST_BLOB_BYTES) {
        return TE.left({
          _tag: 'StoreRefused' as const,
          what: 'evidence',
          rule: `a blob is at most ${MOST_BLOB_BYTES} bytes`,
        })();
      }
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      if (!blobs.has(sha256)) blobs.set(sha256, bytes.slice());
      return TE.right(sha256)();
    },
    get: (sha256) => () => TE.right(blobs.get(sha256))(),
  };
};
