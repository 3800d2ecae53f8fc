import { createHash, randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EvidenceStore } from '../../domain/ports.js';
import { left, right } from '../support/ledger.js';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** What every store of evidence must do, whatever it keeps it in. */
export const evidenceStoreContract = (
  name: string,
  open: () => Promise<{ readonly evidence: EvidenceStore; readonly close: () => Promise<void> }>,
): void => {
  describe(`${name} as an evidence store`, () => {
    let opened: Awaited<ReturnType<typeof open>>;
    beforeEach(async () => {
      opened = await open();
    });
    afterEach(() => opened.close());

    it('names a blob by its SHA-256 and gives the same bytes back', async () => {
      const blobs = [
        new Uint8Array(0),
        Uint8Array.of(7),
        new Uint8Array(10_000).fill(65),
        new Uint8Array(randomBytes(5_000)),
      ];
      for (const blob of blobs) {
        const name = right(await opened.evidence.put(blob)());
        expect(name).toBe(sha256(blob));
        expect(right(await opened.evidence.get(name)())).toEqual(blob);
      }
    });

    it('knows nothing of what was never put', async () => {
      expect(right(await opened.evidence.get('0'.repeat(64))())).toBeUndefined();
    });

    it('takes the same blob any number of times, also at once', async () => {
      const blob = new Uint8Array(randomBytes(2_000));
      const names = await Promise.all(Array.from({ length: 10 }, () => opened.evidence.put(blob)()));
      expect(new Set(names.map(right))).toEqual(new Set([sha256(blob)]));
      expect(right(await opened.evidence.put(blob)())).toBe(sha256(blob));
      expect(right(await opened.evidence.get(sha256(blob))())).toEqual(blob);
    });

    it('keeps the bytes as they were when they were put', async () => {
      const blob = new Uint8Array(randomBytes(2_000));
      const copy = blob.slice();
      const putting = opened.evidence.put(blob)();
      blob.fill(0);
      expect(right(await opened.evidence.get(right(await putting))())).toEqual(copy);
    });

    it('takes 2 MiB and refuses a byte more', async () => {
      const most = new Uint8Array(2 * 1024 * 1024);
      expect(right(await opened.evidence.get(right(await opened.evidence.put(most)()))())?.length).toBe(most.length);
      expect(left(await opened.evidence.put(new Uint8Array(most.length + 1))())._tag).toBe('StoreRefused');
    });
  });
};
