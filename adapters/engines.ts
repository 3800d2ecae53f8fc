import type { AppraisalEngines } from '../domain/appraisal/appraiser.js';
import { memoCertificates } from '../domain/appraisal/memo-certificates.js';
import type { EntryEngines } from '../domain/ledger/ledger.js';
import { createMemo } from './caches/memo.js';
import { canonicalize } from './crypto/canonicalize.js';
import { nodeCertificates } from './crypto/node/certificates.js';
import { nodeVerifyEd25519 } from './crypto/node/ed25519.js';
import { nodeHashing } from './crypto/node/hashing.js';
import { nodeSignatures } from './crypto/node/signatures.js';

/** The platform's engines for checking what a ledger holds. */
export const entryEngines: EntryEngines = {
  hashing: nodeHashing,
  canonicalize,
  verifyEd25519: nodeVerifyEd25519,
};

/** Engines for appraising, with memories of their own for what hosts send again and again. */
export const appraisalEngines = (): AppraisalEngines => ({
  hashing: nodeHashing,
  signatures: nodeSignatures,
  certificates: memoCertificates(nodeHashing, nodeCertificates, {
    parsed: createMemo(10_000),
    signed: createMemo(10_000),
  }),
  bootLogs: createMemo(64),
});
