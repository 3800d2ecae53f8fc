import type { Clock, EventStore, Hashing } from '../../domain/ports.js';
import type { PublisherLease } from '../../domain/publication/ports.js';
import { originOf } from '../../domain/transparency/origin.js';
import type { KurrentLedger } from '../event-store/kurrent/open-kurrent-ledger.js';
import { folderLease } from '../publisher/folder-lease.js';
import { kafkaBroker } from '../publisher/kafka/kafka-broker.js';
import type { KafkaSettings } from '../publisher/kafka/kafka-settings.js';
import { kurrentLease } from '../publisher/kurrent-lease.js';
import { type Publisher, startPublisher } from '../publisher/start-publisher.js';
import type { Metrics } from '../telemetry/metrics.js';
import type { AuthorityLog } from './authority-log.js';

export interface OpenPublisherOptions {
  readonly hashing: Hashing;
  readonly store: EventStore;
  readonly log: Pick<AuthorityLog, 'published' | 'leads'>;
  /** Key id of the authority key. */
  readonly authority: string;
  /** Where the lease is: in the cluster that keeps the ledger, else in this file. */
  readonly cluster: KurrentLedger | undefined;
  readonly file: string;
  readonly kafka: KafkaSettings;
  readonly clock: Clock;
  readonly metrics: Metrics;
}

const leaseOf = ({ cluster, log, file, kafka }: OpenPublisherOptions): PublisherLease => {
  const target = `${kafka.topic} ${kafka.checkpointTopic}`;
  if (cluster === undefined) return folderLease(file, target);
  const { client, names } = cluster;
  return kurrentLease({ client, stream: names.publisher, target, leads: log.leads });
};

/** Publishes what the ledger holds, beside everything else. */
export const openPublisher = (options: OpenPublisherOptions): Publisher => {
  const { hashing, store, log, authority, kafka, clock, metrics } = options;
  const publisher = startPublisher({
    hashing,
    store,
    clock,
    checkpoint: log.published,
    origin: originOf(authority),
    broker: kafkaBroker(kafka),
    lease: leaseOf(options),
    onFault: ({ _tag }) => metrics.count('sekisho_publisher_faults_total', _tag),
  });
  metrics.gauge('sekisho_publisher_lag_events', () => publisher.status().lagEvents);
  metrics.gauge('sekisho_publisher_lag_seconds', () => publisher.status().lagSeconds);
  metrics.gauge('sekisho_publisher_published', () => publisher.status().published);
  return publisher;
};
