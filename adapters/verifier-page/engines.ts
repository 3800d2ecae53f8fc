import type { VerifyBundleDeps } from '../../domain/bundle/verify-bundle.js';
import { createDocumentMemos } from '../caches/fresh-memos.js';
import { createMemo } from '../caches/memo.js';
import { canonicalize } from '../crypto/canonicalize.js';
import { naclVerifyEd25519 } from '../crypto/nacl/ed25519.js';
import { nodeCertificates } from '../crypto/node/certificates.js';
import { nodeHashing } from '../crypto/node/hashing.js';
import { nodeSignatures } from '../crypto/node/signatures.js';

/**
 * Engines for a browser. Ed25519 is tweetnacl's; the others are those of the program, built over `platform-crypto.ts` where
 * the program has `node:crypto`.
 */
export const pageEngines = (): VerifyBundleDeps => ({
  hashing: nodeHashing,
  canonicalize,
  verifyEd25519: naclVerifyEd25519,
  signatures: nodeSignatures,
  certificates: nodeCertificates,
  bootLogs: createMemo(64),
  documents: createDocumentMemos(),
});
