import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteLedger } from '../../../../adapters/event-store/sqlite/open-sqlite-ledger.js';
import { eventStoreContract } from '../../../contracts/event-store.js';
import { evidenceStoreContract } from '../../../contracts/evidence-store.js';
import { right } from '../../../support/ledger.js';

const open = async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sekisho-test-'));
  const ledger = right(await openSqliteLedger(join(folder, 'data', 'ledger.db'))());
  const close = async (): Promise<void> => {
    await ledger.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { store: ledger.events, evidence: ledger.evidence, close };
};

eventStoreContract('the SQLite store', open);
evidenceStoreContract('the SQLite store', open);
