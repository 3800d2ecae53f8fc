import type { AppraisalEngines } from '../../domain/appraisal/appraiser.js';
import { memoCertificates } from '../../domain/appraisal/memo-certificates.js';
import type { EntryEngines } from '../../domain/ledger/ledger.js';
import { createMemo } from '../caches/memo.js';
import { canonicalize } from './canonicalize.js';
import { nodeCertificates } from './node/certificates.js';
import { nodeVerifyEd25519 } from './node/ed25519.js';
import { nodeHashing } from './node/hashing.js';
import { nodeSignatures } from './node/signatures.js';

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
