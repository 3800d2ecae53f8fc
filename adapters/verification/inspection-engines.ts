import { CATALOGUE } from '../../domain/catalogue.js';
import type { InspectionEngines } from '../../domain/ledger/inspect-entry.js';
import { canonicalize } from '../crypto/canonicalize.js';
import { nodeVerifyEd25519 } from '../crypto/node/ed25519.js';
import { nodeHashing } from '../crypto/node/hashing.js';

/** What every thread that checks entries has for itself. Nothing else, so that a thread is up soon. */
export const inspectionEngines: InspectionEngines = {
  hashing: nodeHashing,
  canonicalize,
  verifyEd25519: nodeVerifyEd25519,
  events: CATALOGUE,
};
