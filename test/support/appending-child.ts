import { writeSync } from 'node:fs';
import { headFileOf } from '../../adapters/event-store/sqlite/head-file.js';
import { openSqliteLedger } from '../../adapters/event-store/sqlite/open-sqlite-ledger.js';
import { openSealer } from '../../adapters/event-store/sqlite/sealer.js';
import { openTestLedger, right } from './ledger.js';

// Appends until it is killed, and prints `index id` of each event once its append is acknowledged.
const file = process.argv[2] ?? '';
const sqlite = right(await openSqliteLedger(file)());
const ledger = await openTestLedger(sqlite.events);
right(
  await openSealer({
    ...ledger.writer,
    file: headFileOf(file),
    every: 5,
    onFault: (fault) => {
      throw new Error(JSON.stringify(fault));
    },
  })(),
);

const append = async (worker: number): Promise<never> => {
  for (let i = 0; ; i++) {
    const note = 'x'.repeat((i * 7919) % 3000);
    const { events } = right(await ledger.count(`host/${String(worker % 12)}`, { by: 1, times: 1 + (i % 3), note }));
    writeSync(1, events.map(({ index, id }) => `${String(index)} ${id}\n`).join(''));
  }
};

await Promise.all(Array.from({ length: 24 }, (_, worker) => append(worker)));
