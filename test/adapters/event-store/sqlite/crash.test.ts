import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { headFileOf, readHead } from '../../../../adapters/event-store/sqlite/head-file.js';
import { openSqliteLedger } from '../../../../adapters/event-store/sqlite/open-sqlite-ledger.js';
import { verifyLedger } from '../../../../domain/ledger/verify-ledger.js';
import { engines, keyFromSeed } from '../../../support/engines.js';
import { right } from '../../../support/ledger.js';
import { temporaryFolder } from '../../../support/temporary-folder.js';
import { transpiled } from '../../../support/transpiled.js';

/** Lets a process append until it is killed in the middle of it, and says what was acknowledged until then. */
const killedWhileAppending = async (script: string, file: string, life: number): Promise<ReadonlyArray<string>> => {
  const child = spawn(process.execPath, [script, file], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const closed = once(child, 'close');
  await Promise.race([once(child.stdout, 'data'), closed]);
  await sleep(life);
  child.kill('SIGKILL');
  await closed;
  expect({ code: child.exitCode, signal: child.signalCode }).toEqual({ code: null, signal: 'SIGKILL' });
  // The last line may have been cut off in the middle of its writing.
  return output.split('\n').slice(0, -1);
};

it('loses nothing that was acknowledged when its process is killed, and opens clean', async () => {
  const folder = temporaryFolder();
  const script = transpiled('test/support/appending-child.ts', folder);
  const file = join(folder, 'ledger.db');
  for (let round = 0; round < 10; round++) {
    const acknowledged = await killedWhileAppending(script, file, Math.random() * 80);
    const ledger = right(await openSqliteLedger(file)());
    const head = right(await readHead(headFileOf(file))());
    const pinned = keyFromSeed(1).kid;
    const report = right(await verifyLedger({ ...engines, store: ledger.events }, { pinned, head, mostFaults: 5 })());
    expect(report.faults).toEqual([]);
    const ids = new Set(
      right(await ledger.events.readAll(0, report.size)()).map(({ index, id }) => `${String(index)} ${id}`),
    );
    expect(acknowledged.length).toBeGreaterThan(0);
    expect(acknowledged.filter((line) => !ids.has(line))).toEqual([]);
    expect(right(await ledger.check())).toBe(true);
    await ledger.close();
  }
}, 180_000);
