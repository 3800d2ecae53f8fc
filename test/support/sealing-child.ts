import { readSync, writeSync } from 'node:fs';
import { headFileOf } from '../../adapters/event-store/sqlite/head-file.js';
import { openSqliteLedger } from '../../adapters/event-store/sqlite/open-sqlite-ledger.js';
import { openSealer } from '../../adapters/event-store/sqlite/sealer.js';
import { toHex } from '../../domain/encoding/bytes.js';
import { openTestLedger, right } from './ledger.js';
import { openTestLog } from './test-log.js';

// Appends, seals and publishes a few times, and prints what it acknowledged: `event index id`, `published size root`.
// Behind `begin` it waits for a line: whatever fails from there on has to leave a ledger that goes on.
const folder = process.argv[2] ?? '';
const file = `${folder}/ledger.db`;

const say = (line: string): void => void writeSync(1, `${line}\n`);

const sqlite = right(await openSqliteLedger(file)());
const ledger = await openTestLedger(sqlite.events);
const onFault = (fault: unknown): void => say(`fault ${JSON.stringify(fault)}`);
const sealer = right(await openSealer({ ...ledger.writer, file: headFileOf(file), every: 60_000, onFault })());
const log = right(await openTestLog(folder, sqlite.events)());
const publish = (): void => {
  const { checkpoint } = log.published() ?? {};
  if (checkpoint !== undefined) say(`published ${String(checkpoint.size)} ${toHex(checkpoint.root)}`);
};

right(await log.sealNow()());
say('begin');
readSync(0, new Uint8Array(1));
for (let cycle = 0; cycle < 2; cycle++) {
  const { events } = right(await ledger.count('host/a', { by: 1, times: 2, note: 'x'.repeat(2000) }));
  for (const { index, id } of events) say(`event ${String(index)} ${id}`);
  right(await sealer.seal());
  right(await log.sealNow()());
  publish();
}
await log.stop();
await sqlite.close();
say('end');
