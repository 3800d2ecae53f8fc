import * as E from 'fp-ts/lib/Either.js';
import type { Consumer, EachBatchPayload, IHeaders, Kafka } from 'kafkajs';
import type { BrokerFault } from '../../../domain/publication/ports.js';
import type { ReceivedMessage } from '../../../domain/publication/read-message.js';
import type { MessageSource, SourceReader, SourceSession, TopicKind } from '../../../domain/publication/source.js';
import { kafkaClient } from '../../publisher/kafka/kafka-client.js';
import { kafkaFault } from '../../publisher/kafka/kafka-fault.js';
import type { KafkaSettings } from '../../publisher/kafka/kafka-settings.js';

/** Caps what one fetch may bring, whatever was put into the topic. */
const MOST_FETCHED = 8_388_608;
const MOST_FETCHED_OF_PARTITION = 2_097_152;

/** A header that stands twice says nothing. */
const headerOf =
  (headers: IHeaders | undefined) =>
  (name: string): Uint8Array | undefined => {
    const value = headers?.[name];
    return value instanceof Uint8Array ? value : undefined;
  };

const receivedOf = ({ key, value, headers }: EachBatchPayload['batch']['messages'][number]): ReceivedMessage => ({
  key,
  value,
  header: headerOf(headers),
});

const kinds = ({ topic, checkpointTopic }: KafkaSettings): ReadonlyArray<readonly [TopicKind, string]> => [
  ['events', topic],
  ['checkpoints', checkpointTopic],
];

const eachBatch =
  (consumer: Consumer, settings: KafkaSettings, reader: SourceReader) =>
  async (given: EachBatchPayload): Promise<void> => {
    const { batch } = given;
    const last = batch.messages.at(-1);
    if (last === undefined) return;
    const { topic, partition } = batch;
    const kind: TopicKind = topic === settings.topic ? 'events' : 'checkpoints';
    const next = (BigInt(last.offset) + 1n).toString();
    await reader.onBatch({ kind, partition, messages: batch.messages.map(receivedOf), next });
    given.resolveOffset(last.offset);
    // For those who watch the group's lag; where this follower goes on is written in its own file.
    await consumer.commitOffsets([{ topic, partition, offset: next }]);
    await given.heartbeat();
  };

/** The group's own memory is not believed: it may be ahead of a restored file. */
const seekAll = async (
  kafka: Kafka,
  consumer: Consumer,
  settings: KafkaSettings,
  reader: SourceReader,
): Promise<void> => {
  const admin = kafka.admin();
  await admin.connect();
  try {
    for (const [kind, topic] of kinds(settings)) {
      const known = reader.offsets(kind);
      for (const { partition, low, high } of await admin.fetchTopicOffsets(topic)) {
        const wanted = BigInt(known.get(partition) ?? low);
        // A topic that was made anew begins again.
        const offset = wanted < BigInt(low) || wanted > BigInt(high) ? low : wanted.toString();
        consumer.seek({ topic, partition, offset });
      }
    }
  } finally {
    await admin.disconnect();
  }
};

const opened = async (
  kafka: Kafka,
  settings: KafkaSettings,
  group: string,
  reader: SourceReader,
): Promise<E.Either<BrokerFault, SourceSession>> => {
  const consumer = kafka.consumer({
    groupId: group,
    maxBytes: MOST_FETCHED,
    maxBytesPerPartition: MOST_FETCHED_OF_PARTITION,
    allowAutoTopicCreation: false,
    // A consumer that fails ends, and is made anew here: its own restarts hide what happens.
    retry: { retries: 2, restartOnFailure: () => Promise.resolve(false) },
  });
  const stop = (): Promise<void> => consumer.disconnect().catch(() => undefined);
  consumer.on(consumer.events.CRASH, ({ payload }) => reader.onLost(kafkaFault(payload.error)));
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: kinds(settings).map(([, topic]) => topic), fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: eachBatch(consumer, settings, reader),
    });
    await seekAll(kafka, consumer, settings, reader);
    return E.right({ stop });
  } catch (error) {
    await stop();
    return E.left(kafkaFault(error));
  }
};

/** Kafka through kafkajs. `group` is this follower's alone, so that it is given every partition. */
export const kafkaSource = (settings: KafkaSettings, group: string): MessageSource => ({
  open: (reader) => () => opened(kafkaClient(settings, 'sekisho-follower'), settings, group, reader),
});
