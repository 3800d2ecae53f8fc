import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Partitioners } from 'kafkajs';
import { dataFolder } from '../../adapters/authority/data-folder.js';
import { logKeyOf } from '../../adapters/authority/log-key.js';
import { openLedgerFiles } from '../../adapters/authority/open-ledger.js';
import { openFollower } from '../../adapters/consumer/open-follower.js';
import { nodeHashing } from '../../adapters/crypto/node/hashing.js';
import { readPublicKeys } from '../../adapters/key-store/key-store.js';
import { openAuthority } from '../../adapters/main.js';
import { folderLease } from '../../adapters/publisher/folder-lease.js';
import { kafkaBroker } from '../../adapters/publisher/kafka/kafka-broker.js';
import { kafkaClient } from '../../adapters/publisher/kafka/kafka-client.js';
import type { KafkaSettings } from '../../adapters/publisher/kafka/kafka-settings.js';
import { readBatch } from '../../adapters/publisher/read-batch.js';
import { startPublisher } from '../../adapters/publisher/start-publisher.js';
import { systemClock } from '../../adapters/system.js';
import type { EventStore } from '../../domain/ports.js';
import type { Message } from '../../domain/publication/message.js';
import type { SignedCheckpoint } from '../../domain/transparency/log-state.js';
import { originOf } from '../../domain/transparency/origin.js';
import { startBroker } from '../support/kafka/broker.js';
import type { BenchGroup, Figure } from './figure.js';
import { foundLargeLedger } from './large-ledger.js';
import { temporaryFolder } from './ledger.js';
import { orThrow } from './recorded-boot.js';
import { median } from './timing.js';

const EVENTS = 20_000;
const ROUNDS = 3;
const PARTITIONS = 4;

const settingsFor = (address: string, topic: string): KafkaSettings => ({
  brokers: [address],
  topic,
  checkpointTopic: `${topic}.checkpoints`,
  tls: undefined,
  sasl: undefined,
});

const until = async (done: () => boolean): Promise<void> => {
  while (!done()) await sleep(5);
};

interface Ledger {
  readonly store: EventStore;
  readonly origin: string;
  readonly size: number;
  readonly checkpoint: SignedCheckpoint | undefined;
}

const publish = async (ledger: Ledger, kafka: KafkaSettings, file: string): Promise<number> => {
  const began = performance.now();
  const publisher = startPublisher({
    hashing: nodeHashing,
    store: ledger.store,
    checkpoint: () => ledger.checkpoint,
    origin: ledger.origin,
    broker: kafkaBroker(kafka),
    lease: folderLease(file, kafka.topic),
    clock: systemClock,
    onFault: (fault) => {
      throw new Error(JSON.stringify(fault));
    },
  });
  await until(() => publisher.status().published === ledger.size);
  const rate = (ledger.size * 1000) / (performance.now() - began);
  await publisher.stop();
  return rate;
};

/** The same keys, bytes and headers in the same batches, from memory: what the library and the broker allow. */
const bare = async (batches: ReadonlyArray<ReadonlyArray<Message>>, kafka: KafkaSettings): Promise<number> => {
  const producer = kafkaClient(kafka, 'bench').producer({
    idempotent: true,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  const began = performance.now();
  await producer.connect();
  let sent = 0;
  for (const batch of batches) {
    const messages = batch.map(({ key, value, headers }) => ({
      key,
      value: Buffer.from(value),
      headers: { ...headers },
    }));
    await producer.sendBatch({ acks: -1, topicMessages: [{ topic: kafka.topic, messages }] });
    sent += messages.length;
  }
  const rate = (sent * 1000) / (performance.now() - began);
  await producer.disconnect();
  return rate;
};

const batchesOf = async (ledger: Ledger): Promise<ReadonlyArray<ReadonlyArray<Message>>> => {
  const batches: Array<ReadonlyArray<Message>> = [];
  for (let from = 0; from < ledger.size; ) {
    const { messages } = orThrow(await readBatch({ hashing: nodeHashing, ...ledger }, from));
    batches.push(messages);
    from += messages.length;
  }
  return batches;
};

const follow = async (dir: string, folder: string, kafka: KafkaSettings, size: number): Promise<number> => {
  const keys = orThrow(await readPublicKeys(dataFolder(dir).keys)());
  const authority = keys.authority.kid;
  const began = performance.now();
  const followed = orThrow(await openFollower({ dir: folder, kafka, authority, key: orThrow(logKeyOf(keys)) })());
  await until(() => followed.status().verified === size);
  const rate = (size * 1000) / (performance.now() - began);
  await followed.close();
  return rate;
};

const opened = async (dir: string, passphrase: string): Promise<Ledger & { readonly close: () => Promise<void> }> => {
  const authority = orThrow(await openAuthority({ dir, passphrase })());
  // Asking for a proof of the last entry seals all of them.
  const size = orThrow(await authority.deps.store.size()());
  await authority.close();
  const reading = orThrow(await openAuthority({ dir, passphrase: undefined })());
  const checkpoint = await reading.app.inject({ method: 'GET', url: '/checkpoint' });
  await reading.close();
  const files = orThrow(await openLedgerFiles(dataFolder(dir))());
  const bytes = new Uint8Array(checkpoint.rawPayload);
  const origin = originOf(files.publicKeys.authority.kid);
  const signed = { checkpoint: { origin, size, root: new Uint8Array(32), extensions: [] }, bytes };
  return { store: files.store.events, origin, size, checkpoint: signed, close: files.store.close };
};

const measure = async (folder: string, say: (text: string) => void): Promise<ReadonlyArray<Figure>> => {
  const dir = join(folder, 'authority');
  const { growTo, passphrase } = await foundLargeLedger(dir);
  await growTo(EVENTS);
  say('ledger made');
  const ledger = await opened(dir, passphrase);
  const broker = await startBroker(folder);
  say('broker up');
  const batches = await batchesOf(ledger);
  const rates = { ours: [] as Array<number>, bare: [] as Array<number>, follower: [] as Array<number> };
  for (let i = 0; i < ROUNDS; i++) {
    const [ours, plain] = [
      settingsFor(broker.address, `ours-${String(i)}`),
      settingsFor(broker.address, `bare-${String(i)}`),
    ];
    await broker.createTopics(ours.topic, PARTITIONS);
    await broker.createTopics(plain.topic, PARTITIONS);
    rates.bare.push(await bare(batches, plain));
    rates.ours.push(await publish(ledger, ours, join(folder, `turn-${String(i)}.json`)));
    rates.follower.push(await follow(dir, join(folder, `followed-${String(i)}`), ours, ledger.size));
    say(`round ${String(i)}`);
  }
  await ledger.close();
  await broker.close();
  return [
    {
      name: 'publisher, ledger to brokers',
      measured: median(rates.ours),
      unit: 'events/s',
      note: `${((100 * median(rates.ours)) / median(rates.bare)).toFixed(0)}% of the bare producer`,
    },
    { name: 'kafkajs producer alone, the same batches from memory', measured: median(rates.bare), unit: 'events/s' },
    {
      name: 'follower: chain, signature and tree verified, read model durable',
      measured: median(rates.follower),
      unit: 'events/s',
    },
  ];
};

export const publication: BenchGroup = {
  name: 'publication',
  what: `${String(EVENTS)} events through a real Kafka broker on this machine, ${String(PARTITIONS)} partitions, acks of all`,
  run: async ({ say }) => {
    const folder = temporaryFolder();
    const figures = await measure(folder.path, say);
    folder.remove();
    return figures;
  },
};
