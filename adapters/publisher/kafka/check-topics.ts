import * as E from 'fp-ts/lib/Either.js';
import kafkajs, { type Admin } from 'kafkajs';
import { MOST_ENTRY_BYTES } from '../../../domain/ledger/envelope.js';
import type { BrokerFault } from '../../../domain/publication/ports.js';
import type { KafkaSettings } from './kafka-settings.js';

export interface CheckedTopics {
  readonly warnings: ReadonlyArray<string>;
  /** How many messages the events' topic ever held. */
  readonly ever: number;
}

/** An event with its headers, and as much again. */
const LEAST_MESSAGE_BYTES = 2 * MOST_ENTRY_BYTES;
const DAY_MS = 86_400_000;

type Config = ReadonlyMap<string, string>;

const configsOf = async (admin: Admin, topics: ReadonlyArray<string>): Promise<ReadonlyMap<string, Config>> => {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: topics.map((name) => ({ type: kafkajs.ConfigResourceTypes.TOPIC, name })),
  });
  return new Map(
    resources.map(({ resourceName, configEntries }) => [
      resourceName,
      new Map(configEntries.map(({ configName, configValue }) => [configName, configValue])),
    ]),
  );
};

const unfit = (topic: string, rule: string): BrokerFault => ({ _tag: 'TopicUnfit', topic, rule });

const faultOf = (topic: string, config: Config): BrokerFault | undefined => {
  if ((config.get('cleanup.policy') ?? 'delete').includes('compact')) {
    return unfit(topic, 'must not be compacted (cleanup.policy=delete): compaction drops events');
  }
  return Number(config.get('max.message.bytes') ?? 1e6) < LEAST_MESSAGE_BYTES
    ? unfit(topic, `must take messages of ${String(LEAST_MESSAGE_BYTES)} bytes (max.message.bytes)`)
    : undefined;
};

const warningsOf = (topic: string, config: Config): ReadonlyArray<string> => {
  const [millis, bytes] = [Number(config.get('retention.ms') ?? -1), Number(config.get('retention.bytes') ?? -1)];
  return [
    ...(millis < 0
      ? []
      : [
          `${topic} keeps messages for ${(millis / DAY_MS).toFixed(1)} days (retention.ms): who begins to follow later finds a gap`,
        ]),
    ...(bytes < 0 ? [] : [`${topic} keeps at most ${String(bytes)} bytes of a partition (retention.bytes)`]),
  ];
};

/** What the publisher needs of its topics, before anything is sent. They are never made by it: partitions and copies are decisions. */
export const checkTopics = async (
  admin: Admin,
  { topic, checkpointTopic }: KafkaSettings,
): Promise<E.Either<BrokerFault, CheckedTopics>> => {
  const topics = [topic, checkpointTopic];
  const known = new Set(await admin.listTopics());
  const missing = topics.find((name) => !known.has(name));
  if (missing !== undefined) return E.left(unfit(missing, 'must exist'));
  const configs = await configsOf(admin, topics);
  const configOf = (name: string): Config => configs.get(name) ?? new Map();
  const fault = faultOf(topic, configOf(topic));
  if (fault !== undefined) return E.left(fault);
  const offsets = await admin.fetchTopicOffsets(topic);
  return E.right({
    warnings: topics.flatMap((name) => warningsOf(name, configOf(name))),
    ever: offsets.reduce((sum, { high }) => sum + Number(high), 0),
  });
};
