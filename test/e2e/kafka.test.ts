import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FollowedHosts, openFollower } from '../../adapters/consumer/open-follower.js';
import { nodeHashing } from '../../adapters/crypto/node/hashing.js';
import { readPublicKeys } from '../../adapters/key-store/key-store.js';
import { openAuthority } from '../../adapters/main.js';
import { fromBase64 } from '../../domain/encoding/bytes.js';
import { originOf } from '../../domain/transparency/origin.js';
import { makeVerifierKey } from '../../domain/transparency/verifier-key.js';
import { foundLargeLedger, type LargeLedger } from '../bench/large-ledger.js';
import { startBroker, type TestBroker } from '../support/kafka/broker.js';
import { expectWhole } from '../support/kafka/expect-whole.js';
import { readTopic } from '../support/kafka/read-topic.js';
import { right } from '../support/ledger.js';
import { built, serve } from '../support/serving.js';
import { KAFKA, requireTools } from '../support/system-parts.js';
import { folderForAll } from '../support/temporary-folder.js';
import { until } from '../support/until.js';

const WHOLE = process.env['SEKISHO_REQUIRE_ALL'] === '1';
const EVENTS = Number(process.env['SEKISHO_TEST_KAFKA_EVENTS'] ?? (WHOLE ? 10_000 : 3_000));
const TOPIC = 'sekisho';

const present = requireTools(KAFKA);
const folder = folderForAll();

const keysIn = async (dir: string) => {
  const { authority, log } = right(await readPublicKeys(join(dir, 'keys.json'))());
  const name = originOf(authority.kid);
  const key = makeVerifierKey(nodeHashing, { name, type: 'ed25519', publicKey: fromBase64(log.publicKey) });
  return { authority: authority.kid, key };
};

const kafkaOf = ({ address }: TestBroker) => ({
  brokers: [address],
  topic: TOPIC,
  checkpointTopic: `${TOPIC}.checkpoints`,
  tls: undefined,
  sasl: undefined,
});

const follow = async (dir: string, broker: TestBroker): Promise<FollowedHosts> => {
  const { authority, key } = await keysIn(dir);
  return right(
    await openFollower({ dir: join(folder(), 'followed'), kafka: kafkaOf(broker), authority, key: right(key) })(),
  );
};

describe.runIf(present)('a ledger in a real Kafka broker', () => {
  let broker: TestBroker;
  let ledger: LargeLedger;
  let dir: string;

  beforeAll(async () => {
    built();
    dir = join(folder(), 'authority');
    ledger = await foundLargeLedger(dir);
    broker = await startBroker(folder());
    await broker.createTopics(TOPIC, 4);
  }, 900_000);

  afterAll(() => broker.close());

  it(`brings all of ${String(EVENTS)} events, in order per stream, while broker and publisher are killed and the follower begins again`, async () => {
    let followed = await follow(dir, broker);
    for (const part of [0.2, 0.5, 0.75, 1]) {
      await ledger.growTo(Math.floor(EVENTS * part));
      const publisher = await serve(dir, '--kafka', broker.address, '--kafka-topic', TOPIC);
      await sleep(100 + Math.random() * 1500);
      if (part === 0.5) {
        await broker.kill();
        await sleep(500);
        await broker.start();
      }
      await sleep(Math.random() * 1500);
      await publisher.kill();
      if (part === 0.75) {
        await followed.close();
        followed = await follow(dir, broker);
      }
    }
    const publisher = await serve(dir, '--kafka', broker.address, '--kafka-topic', TOPIC);
    const status = async (): Promise<{ lagEvents: number; state: string; published: number; checkpoint: number }> => {
      const token = readFileSync(join(dir, 'tokens', 'auditor-1.token'), 'utf8').trim();
      const headers = { authorization: `Bearer ${token}` };
      return (await fetch(`${publisher.url}/v1/publisher`, { headers })).json() as never;
    };
    await until('publishing everything', async () => {
      const { lagEvents, checkpoint, published } = await status();
      return lagEvents === 0 && checkpoint === published;
    });
    const size = (await status()).published;
    await until('following everything', () => followed.status().verified === size);
    expect(await publisher.end()).toBe(0);

    const { reads, close } = right(await openAuthority({ dir, passphrase: ledger.passphrase })());
    expect(reads.index()).toBe(size - 1);
    const [theirs, ours] = [reads.hostTrust.now(), followed.hostTrust.now()];
    expect(ours.size).toBe(theirs.size);
    for (const [key, row] of theirs) expect(ours.get(key)).toEqual(row);
    expect(followed.status()).toMatchObject({ phase: 'following', refused: {}, fault: undefined });
    await close();
    await followed.close();
    expectWhole(await readTopic(broker.kafka, TOPIC), size);
  }, 1_800_000);
});
