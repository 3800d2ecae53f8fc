import { createMemoryEvidenceStore } from '../../../adapters/evidence-store/memory/memory-evidence-store.js';
import { evidenceStoreContract } from '../../contracts/evidence-store.js';

evidenceStoreContract('the memory store', () =>
  Promise.resolve({ evidence: createMemoryEvidenceStore(), close: () => Promise.resolve() }),
);
