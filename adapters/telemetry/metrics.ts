/** Counters for Prometheus' text exposition format 0.0.4. Label values come from closed sets of ours, never from a request. */
export interface Metrics {
  readonly count: (name: MetricName, label?: string) => void;
  /** A value that is read whenever somebody looks. */
  readonly gauge: (name: GaugeName, read: () => number) => void;
  readonly exposition: () => string;
}

const METRICS = {
  sekisho_verdicts_total: { label: 'verdict', help: 'Verdicts given, by verdict.' },
  sekisho_refusals_total: { label: 'code', help: 'Requests refused, by problem code.' },
  sekisho_requests_total: { label: 'operation', help: 'Requests answered, by operation.' },
  sekisho_head_faults_total: {
    label: undefined,
    help: 'Signed heads that could not be written: a cut-off end would go unseen.',
  },
  sekisho_log_faults_total: {
    label: 'fault',
    help: 'Checkpoints that could not be signed or published, by fault.',
  },
  sekisho_releases_total: { label: 'operation', help: 'Keys released or wrapped for hosts, by operation.' },
  sekisho_releases_refused_total: { label: 'operation', help: 'Keys not released, by operation.' },
  sekisho_break_glass_total: { label: undefined, help: 'Times that one person did alone what needs two.' },
  sekisho_appends_total: { label: undefined, help: 'Durable appends to the ledger.' },
  sekisho_store_faults_total: {
    label: 'fault',
    help: 'Faults of the cluster that keeps the ledger after which this node reads and writes nothing.',
  },
  sekisho_publisher_faults_total: { label: 'fault', help: 'Times that publishing to Kafka failed, by fault.' },
} as const;

const GAUGES = {
  sekisho_log_sealing:
    '1 where this node seals the log; of several nodes one does, within seconds of the last one ending.',
  sekisho_shared_keys_missing:
    'Keys in use that every node must have and this one lacks: without the log key it seals nothing, without the token key it gives no token.',
  sekisho_store_connected: '1 while the cluster that keeps the ledger is followed; always where it is in the folder.',
  sekisho_break_glass_unreviewed: 'What one person did alone that needs two, and nobody reviewed yet.',
  sekisho_publisher_lag_events: 'Events that the ledger holds and Kafka does not, as far as is known.',
  sekisho_publisher_lag_seconds: 'How long the oldest of these waits.',
  sekisho_publisher_published: 'Events that Kafka holds for sure, from the first on.',
} as const;

export type GaugeName = keyof typeof GAUGES;

export type MetricName = keyof typeof METRICS;

const NAMES = Object.keys(METRICS) as ReadonlyArray<MetricName>;

const block = (name: MetricName, values: ReadonlyMap<string, number>): string => {
  const { help, label } = METRICS[name];
  const line = ([value, count]: readonly [string, number]): string =>
    label === undefined ? `${name} ${String(count)}` : `${name}{${label}="${value}"} ${String(count)}`;
  const lines = label === undefined && values.size === 0 ? [`${name} 0`] : [...values].map(line);
  return [`# HELP ${name} ${help}`, `# TYPE ${name} counter`, ...lines].join('\n');
};

const gaugeBlock = ([name, read]: readonly [GaugeName, () => number]): string =>
  `# HELP ${name} ${GAUGES[name]}\n# TYPE ${name} gauge\n${name} ${String(read())}`;

export const makeMetrics = (): Metrics => {
  const gauges = new Map<GaugeName, () => number>();
  const values = new Map(NAMES.map((name) => [name, new Map<string, number>()]));
  return {
    count: (name, label = '') => {
      const counts = values.get(name);
      counts?.set(label, (counts.get(label) ?? 0) + 1);
    },
    gauge: (name, read) => void gauges.set(name, read),
    exposition: () =>
      `${[...NAMES.map((name) => block(name, values.get(name) ?? new Map())), ...[...gauges].map(gaugeBlock)].join('\n')}\n`,
  };
};
