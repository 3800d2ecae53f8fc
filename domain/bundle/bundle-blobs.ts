import * as TE from 'fp-ts/lib/TaskEither.js';
import { fromBase64, toHex } from '../encoding/bytes.js';
import type { EvidenceStore, Hashing } from '../ports.js';
import type { Bundle } from './bundle.js';
import type { BundleFault } from './bundle-fault.js';

/** An evidence store that remembers what was asked of it. */
export interface WatchedEvidence extends Pick<EvidenceStore, 'get'> {
  readonly asked: ReadonlySet<string>;
}

export const watchEvidence = ({ get }: Pick<EvidenceStore, 'get'>): WatchedEvidence => {
  const asked = new Set<string>();
  return {
    asked,
    get: (sha256) => {
      asked.add(sha256);
      return get(sha256);
    },
  };
};

/** SHA-256 of nothing: no file carries it. */
const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

export interface BundleBlobs {
  readonly evidence: WatchedEvidence;
  /** Blobs that are not what they are named after. */
  readonly faults: ReadonlyArray<BundleFault>;
}

/** The blobs of a bundle as an evidence store; what does not have its digest is not there. */
export const blobsOfBundle = (hashing: Hashing, { blobs }: Bundle): BundleBlobs => {
  const held = new Map<string, Uint8Array>([[EMPTY, new Uint8Array()]]);
  const faults: Array<BundleFault> = [];
  for (const { sha256, bytes: text } of blobs) {
    const bytes = fromBase64(text);
    if (toHex(hashing.hash('sha256', bytes)) === sha256) held.set(sha256, bytes);
    else faults.push({ _tag: 'BlobDamaged', sha256 });
  }
  return { evidence: watchEvidence({ get: (sha256) => TE.right(held.get(sha256)) }), faults };
};
