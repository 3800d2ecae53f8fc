import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { entryEngines } from '../../adapters/crypto/engines.js';
import { createFileCheckpointRecord } from '../../adapters/transparency/file-checkpoint-record.js';
import { createFolderTileStorage } from '../../adapters/transparency/folder-tile-storage.js';
import { openTransparencyLog } from '../../adapters/transparency/transparency-log.js';
import type { BenchGroup, Figure } from './figure.js';
import { type BenchLedger, openBenchLedger, temporaryFolder } from './ledger.js';
import { buildTessera, type TesseraPeer, type Waited } from './peers/tessera.js';
import { noteSigner } from './proofs.js';
import { orThrow } from './recorded-boot.js';
import { cpuSeconds, median, percentile } from './timing.js';

const OFFERED = 2000;
const SECONDS = 4;
const ROUNDS = 5;
const STREAMS = 1000;
/** What one event of the ledger weighs here. */
const ENTRY_BYTES = 700;

const now = (): number => performance.now();

const signer = noteSigner('ledger.example/bench');

const openLog = (ledger: BenchLedger, onPublished: (size: number) => void) =>
  openTransparencyLog({
    engines: {
      ...entryEngines,
      store: ledger.sqlite.events,
      record: createFileCheckpointRecord(join(ledger.folder, 'record')),
      tiles: createFolderTileStorage(join(ledger.folder, 'tiles')),
      origin: signer.name,
      signers: () => [signer],
      formerKeys: () => [],
    },
    onPublished: ({ checkpoint }) => onPublished(checkpoint.size),
    onFault: (fault) => {
      throw new Error(JSON.stringify(fault));
    },
  });

/** Arrivals keep their times whether or not earlier ones were answered. By index: when it was due. */
const offerAll = async (ledger: BenchLedger, due: Map<number, number>): Promise<ReadonlyArray<number>> => {
  const durable: Array<number> = [];
  const under: Array<Promise<void>> = [];
  const began = now();
  const dueAt = (i: number): number => began + (i * 1000) / OFFERED;
  const offer = async (i: number): Promise<void> => {
    const index = await ledger.note(`host/h${String(i % STREAMS)}`);
    durable.push(now() - dueAt(i));
    due.set(index, dueAt(i));
  };
  for (let i = 0; i < OFFERED * SECONDS; ) {
    for (; i < OFFERED * SECONDS && dueAt(i) <= now(); i++) under.push(offer(i));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(under);
  return durable;
};

interface Mine extends Waited {
  /** Seconds of one core for each entry, the load generator's included. */
  readonly cpu: number;
}

const ours = async (): Promise<Mine> => {
  const ledger = await openBenchLedger();
  const publications: Array<{ readonly size: number; readonly at: number }> = [];
  const log = orThrow(await openLog(ledger, (size) => void publications.push({ size, at: now() }))());
  const due = new Map<number, number>();
  const worked = cpuSeconds();
  const durable = await offerAll(ledger, due);
  orThrow(await log.sealNow()());
  const cpu = (cpuSeconds() - worked) / (OFFERED * SECONDS);
  const published: Array<number> = [];
  let next = 0;
  for (const { size, at } of publications) {
    for (; next < size; next++) published.push(at - (due.get(next) ?? at));
  }
  if (published.length !== OFFERED * SECONDS) throw new Error('not everything was published');
  await log.stop();
  await ledger.close();
  return {
    cpu,
    durableP50: percentile(durable, 50),
    durableP99: percentile(durable, 99),
    publishedP50: percentile(published, 50),
    publishedP99: percentile(published, 99),
  };
};

const theirs = (peer: TesseraPeer): Waited => {
  const folder = temporaryFolder();
  mkdirSync(folder.path, { recursive: true });
  const waited = peer(folder.path, OFFERED, SECONDS, ENTRY_BYTES);
  folder.remove();
  return waited;
};

const NAMES: Readonly<Record<keyof Waited, string>> = {
  durableP50: 'append durable, p50',
  durableP99: 'append durable, p99',
  publishedP50: 'in a published checkpoint, p50',
  publishedP99: 'in a published checkpoint, p99',
};

/** A wait is better when shorter: the peer's over ours is the ratio, as a figure to stay under. */
const figureOf = (name: keyof Waited, mine: ReadonlyArray<Waited>, peers: ReadonlyArray<Waited>): Figure => {
  const measured = median(mine.map((waited) => waited[name]));
  if (peers.length === 0) return { name: NAMES[name], measured, unit: 'ms' };
  const peer = median(peers.map((waited) => waited[name]));
  return { name: NAMES[name], measured, unit: 'ms', atMost: peer, note: `Tessera POSIX: ${peer.toFixed(1)} ms` };
};

/** By turns, so that whatever else the machine does slows both. Tessera's entries are opaque; ours are decided and signed. */
export const sealing: BenchGroup = {
  name: 'sealing',
  what: '2,000 appends of 700 bytes offered a second, sealed into the log and published, beside Tessera POSIX 1.0.4',
  run: async ({ say }) => {
    const peer = buildTessera();
    if (typeof peer === 'string') say(peer);
    const [mine, peers]: [Array<Mine>, Array<Waited>] = [[], []];
    await ours();
    for (let i = 0; i < ROUNDS; i++) {
      mine.push(await ours());
      if (typeof peer !== 'string') peers.push(theirs(peer));
    }
    const each = median(mine.map(({ cpu }) => cpu)) * 1e6;
    return [
      ...(Object.keys(NAMES) as Array<keyof Waited>).map((name) => figureOf(name, mine, peers)),
      { name: 'CPU time for each, offered, appended and sealed', measured: each, unit: 'us' },
    ];
  },
};
