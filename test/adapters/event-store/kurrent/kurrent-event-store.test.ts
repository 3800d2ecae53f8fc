import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openKurrentLedger } from '../../../../adapters/event-store/kurrent/open-kurrent-ledger.js';
import { eventStoreContract } from '../../../contracts/event-store.js';
import { evidenceStoreContract } from '../../../contracts/evidence-store.js';
import { startTestServer } from '../../../support/esdb/server.js';
import { right } from '../../../support/ledger.js';

/** A real server, for whoever has one; each test begins with streams that no other has. */
const given = process.env['SEKISHO_TEST_ESDB'];

const server = async (): Promise<{ readonly url: string; readonly stop: () => Promise<void> }> =>
  given === undefined ? startTestServer() : { url: given, stop: () => Promise.resolve() };

const open = async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sekisho-test-'));
  const { url, stop } = await server();
  const ledger = right(
    await openKurrentLedger({
      url,
      prefix: `t${randomBytes(8).toString('hex')}`,
      replica: join(folder, 'replica.db'),
      positionFile: join(folder, 'replica.position'),
    })(),
  );
  const close = async (): Promise<void> => {
    await ledger.close();
    await stop();
    rmSync(folder, { recursive: true, force: true });
  };
  return { store: ledger.events, evidence: ledger.evidence, close };
};

const name = given === undefined ? 'EventStoreDB (modelled)' : 'EventStoreDB (a real server)';
eventStoreContract(name, open);
evidenceStoreContract(name, open);
