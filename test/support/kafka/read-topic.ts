import { randomUUID } from 'node:crypto';
import type { Kafka } from 'kafkajs';

/** What stands in a message's headers. */
export interface Arrived {
  readonly index: number;
  readonly stream: string;
  readonly revision: number;
  readonly id: string;
}

/** Everything that a topic holds, by kafkajs itself and none of our code; each partition in its order. */
export const readTopic = async (kafka: Kafka, topic: string): Promise<ReadonlyArray<Arrived>> => {
  const admin = kafka.admin();
  await admin.connect();
  const ends = await admin.fetchTopicOffsets(topic);
  await admin.disconnect();
  const left = new Map(
    ends.flatMap(({ partition, high }) => (high === '0' ? [] : [[partition, Number(high)] as const])),
  );
  const arrived: Array<Arrived> = [];
  const consumer = kafka.consumer({ groupId: randomUUID() });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await new Promise<void>((resolve) => {
    void consumer.run({
      autoCommit: false,
      eachBatch: ({ batch }) => {
        for (const { headers, offset } of batch.messages) {
          const said = (name: string): string => String(headers?.[name] ?? '');
          arrived.push({
            index: Number(said('ce_index')),
            stream: said('ce_subject'),
            revision: Number(said('ce_revision')),
            id: said('ce_id'),
          });
          if (Number(offset) + 1 >= (left.get(batch.partition) ?? 0)) left.delete(batch.partition);
        }
        if (left.size === 0) resolve();
        return Promise.resolve();
      },
    });
    if (left.size === 0) resolve();
  });
  await consumer.disconnect();
  return arrived;
};
