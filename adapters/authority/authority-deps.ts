import { type AuthorityDeps, DEFAULT_SETTINGS } from '../../domain/authority-deps.js';
import type { Approval, LedgerReader } from '../../domain/ledger/ledger.js';
import type { Clock, EventSigner, EvidenceStore, Random } from '../../domain/ports.js';
import { createForeignEvidenceCounter } from '../caches/foreign-evidence-counter.js';
import { createMemo } from '../caches/memo.js';
import { appraisalEngines } from '../crypto/engines.js';
import { nodeCredentialEngine } from '../crypto/node/credential-engine.js';
import { createInTurn } from '../event-store/in-turn.js';
import { createStateCache } from '../event-store/state-cache.js';

interface Parts {
  readonly reader: LedgerReader;
  readonly evidence: EvidenceStore;
  readonly signer: () => EventSigner;
  readonly challengeKey: Uint8Array;
  readonly group: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly approvalOf?: (commandId: string) => Approval | undefined;
}

const HOT_HOSTS = 20_000;
const HOT_CLUSTERS = 1_000;

/** Everything that the workflows need, with memories sized for ten thousand hosts. */
export const makeDeps = ({ reader, ...rest }: Parts): AuthorityDeps => ({
  ...reader,
  ...appraisalEngines(),
  ...rest,
  inTurn: createInTurn(),
  credentials: nodeCredentialEngine,
  caches: {
    host: createStateCache(HOT_HOSTS),
    reference: createStateCache(4),
    binding: createStateCache(HOT_HOSTS),
    access: createStateCache(1),
    approval: createStateCache(1),
    cluster: createStateCache(HOT_CLUSTERS),
    inventory: createStateCache(16),
    guard: createStateCache(2),
  },
  documents: {
    images: createMemo(1_000),
    blobs: createMemo(50_000),
    referenceValues: createMemo(16),
    claims: createMemo(HOT_HOSTS),
  },
  foreignEvidence: createForeignEvidenceCounter(HOT_HOSTS),
  settings: DEFAULT_SETTINGS,
});
