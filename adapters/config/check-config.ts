import type { Config, ConfigFault } from './read-config.js';
import type { SettingName, Settings } from './settings.js';

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);

/** Two settings that make sense together only. */
const PAIRS: ReadonlyArray<readonly [SettingName, SettingName]> = [
  ['tls-cert', 'tls-key'],
  ['tls-key', 'tls-cert'],
  ['kafka-cert', 'kafka-key'],
  ['kafka-key', 'kafka-cert'],
  ['kafka', 'kafka-topic'],
  ['kafka-topic', 'kafka'],
  ['kafka-checkpoint-topic', 'kafka'],
  ['kafka-sasl-file', 'kafka'],
];

const NEEDS_TLS: ReadonlyArray<SettingName> = ['kafka-ca', 'kafka-cert'];

const isSet = (settings: Settings, name: SettingName): boolean => settings[name] !== undefined;

/** Whether what is sent to the brokers stays on this machine. */
export const brokersAreHere = ({ kafka = [] }: Settings): boolean =>
  kafka.every((broker) => LOOPBACK.has(broker.replace(/:\d+$/, '').replace(/^\[|\]$/g, '')));

const rulesOf = (settings: Config['settings']): ReadonlyArray<readonly [SettingName, string]> => {
  const { host, 'kafka-tls': kafkaTls, 'kafka-topic': topic, 'kafka-checkpoint-topic': checkpoints } = settings;
  const alone = PAIRS.filter(([one, other]) => isSet(settings, one) && !isSet(settings, other));
  const openToAll = !LOOPBACK.has(host) && !settings['allow-plaintext'] && !isSet(settings, 'tls-cert');
  const withoutTls = kafkaTls ? [] : NEEDS_TLS.filter((name) => isSet(settings, name));
  const bare = isSet(settings, 'kafka-sasl-file') && !kafkaTls && !brokersAreHere(settings);
  return [
    ...alone.map(([one, other]) => [one, `needs ${other} as well`] as const),
    ...withoutTls.map((name) => [name, 'needs kafka-tls'] as const),
    ...(openToAll
      ? [['host', 'needs tls-cert and tls-key, or allow-plaintext behind a proxy that ends TLS'] as const]
      : []),
    ...(settings['tls-client-certificates'] && !isSet(settings, 'tls-cert')
      ? [['tls-client-certificates', 'needs tls-cert and tls-key'] as const]
      : []),
    ...(bare ? [['kafka-sasl-file', 'needs kafka-tls: the password would travel in plain text'] as const] : []),
    ...(topic !== undefined && topic === checkpoints
      ? [['kafka-checkpoint-topic', 'must be another topic than kafka-topic'] as const]
      : []),
  ];
};

/** What no setting alone gets wrong. */
export const checkConfig = ({ settings, sources }: Config): ReadonlyArray<ConfigFault> =>
  rulesOf(settings).map(([setting, rule]) => ({ setting, rule, source: sources.get(setting) ?? 'default' }));
