import { rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dataFolder } from '../../adapters/authority/data-folder.js';
import { openLedgerFiles, readerOf } from '../../adapters/authority/open-ledger.js';
import { openProjectionStore } from '../../adapters/projection-store/open-projection-store.js';
import { verifyEntries } from '../../adapters/verification/verify-entries.js';
import { hostKey } from '../../projections/host-trust-row.js';
import type { BenchGroup, BenchOptions, Figure } from './figure.js';
import { openConnection } from './http-connection.js';
import { foundLargeLedger, hostOf, type LargeLedger } from './large-ledger.js';
import { temporaryFolder } from './ledger.js';
import { proofFigures } from './proofs.js';
import { orThrow } from './recorded-boot.js';
import { serveAuthority } from './served-authority.js';
import { percentile, secondsOf } from './timing.js';

const SMALL = 100_000;
const LARGE = 1_000_000;
const QUERIES = 20_000;

/** No two next to each other, and the same ones in each run. */
const scattered = (i: number, size: number): number => (i * 7919 * 104_729) % size;

const rebuild = async ({ dir }: LargeLedger, size: number): Promise<Figure> => {
  const folder = dataFolder(dir);
  for (const suffix of ['', '-wal', '-shm']) rmSync(`${folder.projections}${suffix}`, { force: true });
  const files = orThrow(await openLedgerFiles(folder)());
  const reader = orThrow(await readerOf(files)());
  const { seconds, result } = await secondsOf(() => openProjectionStore(reader, folder.projections)());
  await orThrow(result).close();
  await files.store.close();
  return { name: 'projections rebuilt', measured: size / seconds, unit: 'events/s', atLeast: 100_000 };
};

const asOf = async ({ dir }: LargeLedger, size: number): Promise<number> => {
  const folder = dataFolder(dir);
  const files = orThrow(await openLedgerFiles(folder)());
  const reader = orThrow(await readerOf(files)());
  const reads = orThrow(await openProjectionStore(reader, folder.projections)());
  const times = Array.from({ length: QUERIES }, (_, i) => {
    const began = performance.now();
    orThrow(reads.hostTrust.rowAt(hostKey(hostOf(scattered(i, size))), scattered(i + 1, size)));
    return performance.now() - began;
  });
  await reads.close();
  await files.store.close();
  return percentile(times, 99);
};

/** As `sekisho verify` does it, on a thread for each core; the read models aside, which have their own figure. */
const verify = async ({ dir }: LargeLedger, size: number): Promise<Figure> => {
  const files = orThrow(await openLedgerFiles(dataFolder(dir))());
  const workers = availableParallelism();
  const input = {
    store: files.store.events,
    audit: { pinned: files.publicKeys.authority.kid, head: files.head, trees: [], mostFaults: 10 },
    workers,
    readModels: undefined,
    progress: () => undefined,
  };
  const { seconds, result } = await secondsOf(() => verifyEntries(input)());
  const { faults } = orThrow(result).report;
  if (faults.length > 0) throw new Error(JSON.stringify(faults));
  await files.store.close();
  return { name: `whole ledger verified on ${String(workers)} cores`, measured: size / seconds, unit: 'events/s' };
};

const proofs = async ({ dir }: LargeLedger, size: number): Promise<ReadonlyArray<Figure>> => {
  const files = orThrow(await openLedgerFiles(dataFolder(dir))());
  const figures = await proofFigures(files.store.events, size);
  await files.store.close();
  return figures;
};

const startUp = async ({ dir }: LargeLedger): Promise<ReadonlyArray<Figure>> => {
  const { seconds, result: server } = await secondsOf(async () => {
    const authority = await serveAuthority(dir);
    await authority.asOperator('auditor-1', 'GET', `/v1/hosts/${hostOf(1)}`);
    return authority;
  });
  const memory = server.residentMegabytes() ?? 0;
  const connection = await openConnection(server.port);
  connection.close();
  await server.stop();
  return [
    { name: 'start-up to the first answer', measured: seconds, unit: 's', atMost: 2 },
    { name: 'memory after it, 10,000 hosts', measured: memory, unit: 'MB', atMost: 400 },
  ];
};

const named = (size: number, figures: ReadonlyArray<Figure>): ReadonlyArray<Figure> =>
  figures.map((figure) => ({ ...figure, name: `${size.toLocaleString('en-US')} events: ${figure.name}` }));

interface Measured {
  readonly asOfMs: number;
  readonly figures: ReadonlyArray<Figure>;
}

const measure = async (ledger: LargeLedger, size: number, { say }: BenchOptions): Promise<Measured> => {
  say(`making ${size.toLocaleString('en-US')} signed events`);
  const { seconds } = await secondsOf(() => ledger.growTo(size));
  say(`made in ${seconds.toFixed(0)} s`);
  const rebuilt = await rebuild(ledger, size);
  const asOfMs = await asOf(ledger, size);
  const queried: Figure = { name: 'as-of query, p99', measured: asOfMs, unit: 'ms', atMost: 5 };
  const started = await startUp(ledger);
  const verified = await verify(ledger, size);
  const proved = await proofs(ledger, size);
  return { asOfMs, figures: named(size, [rebuilt, queried, ...started, verified, ...proved]) };
};

export const ledgerSizes: BenchGroup = {
  name: 'ledger',
  what: 'a ledger of 100,000 verdict events of 3 kB, 10,000 hosts; with --large of 1,000,000 too',
  run: async (options) => {
    const folder = temporaryFolder();
    const ledger = await foundLargeLedger(`${folder.path}/authority`);
    const small = await measure(ledger, SMALL, options);
    const large = options.large ? await measure(ledger, LARGE, options) : undefined;
    folder.remove();
    if (large === undefined) return small.figures;
    const growth = large.asOfMs / small.asOfMs;
    const ratio: Figure = {
      name: 'as-of query at 1,000,000 over 100,000 events',
      measured: growth,
      unit: 'x',
      atMost: 1.5,
    };
    return [...small.figures, ...large.figures, ratio];
  },
};
