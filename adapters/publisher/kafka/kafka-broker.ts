import * as E from 'fp-ts/lib/Either.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import { type Kafka, Partitioners, type Producer } from 'kafkajs';
import type { Message } from '../../../domain/publication/message.js';
import type { Broker, BrokerFault, BrokerSession } from '../../../domain/publication/ports.js';
import { checkTopics } from './check-topics.js';
import { kafkaClient } from './kafka-client.js';
import { kafkaFault } from './kafka-fault.js';
import type { KafkaSettings } from './kafka-settings.js';

const ACKNOWLEDGED_BY_ALL = -1;

/**
 * Idempotent and one request at a time, so that retries inside the library keep the order. When its sequence is lost after all
 * (OUT_OF_ORDER_SEQUENCE_NUMBER 45, UNKNOWN_PRODUCER_ID 59) the session ends, and a new producer sends the same events again.
 */
const PRODUCER = {
  idempotent: true,
  maxInFlightRequests: 1,
  allowAutoTopicCreation: false,
  createPartitioner: Partitioners.DefaultPartitioner,
} as const;

const attempt =
  <A>(work: () => Promise<A>): TE.TaskEither<BrokerFault, A> =>
  () =>
    work().then(E.right, (error: unknown) => E.left(kafkaFault(error)));

const messagesOf = (
  messages: ReadonlyArray<Message>,
): Array<{ key: string; value: Buffer; headers: Record<string, string> }> =>
  messages.map(({ key, value, headers }) => ({ key, value: Buffer.from(value), headers: { ...headers } }));

const sendWith =
  (producer: Producer, { topic, checkpointTopic }: KafkaSettings): BrokerSession['send'] =>
  ({ events, checkpoints }) =>
    attempt(async () => {
      const topicMessages = [
        { topic, messages: messagesOf(events) },
        { topic: checkpointTopic, messages: messagesOf(checkpoints) },
      ].filter(({ messages }) => messages.length > 0);
      if (topicMessages.length > 0) await producer.sendBatch({ acks: ACKNOWLEDGED_BY_ALL, topicMessages });
    });

const opened = async (kafka: Kafka, settings: KafkaSettings): Promise<E.Either<BrokerFault, BrokerSession>> => {
  const admin = kafka.admin();
  const producer = kafka.producer(PRODUCER);
  const close = async (): Promise<void> => {
    await Promise.allSettled([admin.disconnect(), producer.disconnect()]);
  };
  try {
    await admin.connect();
    const topics = await checkTopics(admin, settings);
    if (E.isLeft(topics)) {
      await close();
      return topics;
    }
    await producer.connect();
    await admin.disconnect();
    const { warnings, ever } = topics.right;
    return E.right({
      warnings,
      holdsFewerThan: (published) => ever < published,
      send: sendWith(producer, settings),
      close,
    });
  } catch (error) {
    await close();
    return E.left(kafkaFault(error));
  }
};

/** Kafka through kafkajs; the only file that knows how it sends. */
export const kafkaBroker = (settings: KafkaSettings): Broker => ({
  open: () => opened(kafkaClient(settings, 'sekisho-publisher'), settings),
});
