import type { BenchGroup, Figure } from './figure.js';
import { type BenchLedger, openBenchLedger } from './ledger.js';
import { median, percentile } from './timing.js';

const STREAMS = 1000;
const OFFERED = 2000;

const streamOf = (i: number): string => `host/h${String(i % STREAMS)}`;

const now = (): number => performance.now();

/** So many commands under way at any time, each for the next stream. */
const together = async (ledger: BenchLedger, seconds: number, concurrency: number, times: number): Promise<number> => {
  const began = now();
  let next = 0;
  const worker = async (): Promise<void> => {
    while (now() - began < seconds * 1000) await ledger.note(streamOf(next++), times);
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return (next * times * 1000) / (now() - began);
};

/** Arrivals keep their times whether or not earlier ones were answered: waiting in line counts as latency. */
const latencies = async (ledger: BenchLedger, seconds: number): Promise<ReadonlyArray<number>> => {
  const times: Array<number> = [];
  const under: Array<Promise<void>> = [];
  const began = now();
  const total = seconds * OFFERED;
  const offer = async (due: number, i: number): Promise<void> => {
    await ledger.note(streamOf(i));
    times.push(now() - due);
  };
  for (let i = 0; i < total; ) {
    const due = (at: number): number => began + (at * 1000) / OFFERED;
    for (; i < total && due(i) <= now(); i++) under.push(offer(due(i), i));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(under);
  return times;
};

const rounds = async (count: number, work: () => Promise<number>): Promise<number> => {
  const rates: Array<number> = [];
  for (let i = 0; i < count; i++) rates.push(await work());
  return median(rates);
};

const measure = async (ledger: BenchLedger): Promise<ReadonlyArray<Figure>> => {
  await together(ledger, 3, 1024, 1);
  const unit = 'events/s';
  const batched = await rounds(3, () => together(ledger, 2, 1024, 1));
  const large = await rounds(3, () => together(ledger, 2, 64, 16));
  const single = await rounds(3, () => together(ledger, 1, 1, 1));
  const waited = await latencies(ledger, 4);
  return [
    { name: '1,024 commands under way, one event each', measured: batched, unit, atLeast: 20_000 },
    { name: '64 commands under way, 16 events each', measured: large, unit },
    { name: 'one by one, each waits for the disk', measured: single, unit },
    { name: 'latency at 2,000/s offered, p50', measured: percentile(waited, 50), unit: 'ms' },
    { name: 'latency at 2,000/s offered, p99', measured: percentile(waited, 99), unit: 'ms', atMost: 50 },
  ];
};

export const appends: BenchGroup = {
  name: 'appends',
  what: 'commands decided, signed and durable in the embedded store, 700-byte events, 1,000 streams',
  run: async () => {
    const ledger = await openBenchLedger();
    const figures = await measure(ledger);
    await ledger.close();
    return figures;
  },
};
