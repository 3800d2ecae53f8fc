import type * as t from 'io-ts';
import { closedWith } from '../../domain/encoding/closed.js';
import { Brokers, Flag, OneOf, PlainText, Quantity, TopicName, WholeNumber } from './texts.js';

/** How help shows a setting. Without `value` it is a switch: `--name` alone means true. */
interface Described {
  readonly what: string;
  readonly value?: string;
}

const CODECS = {
  dir: PlainText,
  host: PlainText,
  port: WholeNumber(0, 65_535),
  'tls-cert': PlainText,
  'tls-key': PlainText,
  'tls-client-certificates': Flag,
  'allow-plaintext': Flag,
  'passphrase-file': PlainText,
  'host-rate': Quantity(1, 1_000_000),
  signer: PlainText,
  policy: PlainText,
  'public-entries': Flag,
  'guard-max-staleness': WholeNumber(100, 60_000),
  'log-level': OneOf('silent', 'error', 'warn', 'info', 'debug'),
  kafka: Brokers,
  'kafka-topic': TopicName,
  'kafka-checkpoint-topic': TopicName,
  'kafka-tls': Flag,
  'kafka-ca': PlainText,
  'kafka-cert': PlainText,
  'kafka-key': PlainText,
  'kafka-sasl-file': PlainText,
};

export type SettingName = keyof typeof CODECS;

/** Everything that `serve` can be told; one name for flag (`--tls-cert`), file (`tls-cert:`) and environment (`SEKISHO_TLS_CERT`). */
export const Settings = closedWith({}, CODECS, 'Settings');
export type Settings = { readonly [Name in SettingName]?: t.TypeOf<(typeof CODECS)[Name]> };

export const SETTING_NAMES = Object.keys(CODECS) as ReadonlyArray<SettingName>;

export const DEFAULTS = {
  dir: 'sekisho-data',
  host: '127.0.0.1',
  port: 8750,
  'tls-client-certificates': false,
  'allow-plaintext': false,
  'host-rate': 100,
  'public-entries': false,
  'guard-max-staleness': 5_000,
  'log-level': 'info',
  'kafka-tls': false,
} as const satisfies Settings;

export const DESCRIPTIONS: Readonly<Record<SettingName, Described>> = {
  dir: { value: 'dir', what: 'data folder of the authority' },
  host: { value: 'address', what: 'address to listen on' },
  port: { value: 'port', what: 'port to listen on; 0: any free one' },
  'tls-cert': { value: 'file', what: 'certificate chain, PEM' },
  'tls-key': { value: 'file', what: 'its key, PEM' },
  'tls-client-certificates': { what: 'ask clients for certificates; operators may come with those that they bound' },
  'allow-plaintext': { what: 'listen elsewhere than on loopback without TLS' },
  'passphrase-file': { value: 'file', what: 'file with the passphrase of the keys, if init was given one' },
  'host-rate': { value: 'n', what: 'anonymous requests a second from one address, ten times as many at once' },
  signer: { value: 'socket', what: 'where sekisho signer serves keys that are not in the data folder' },
  policy: {
    value: 'file',
    what: 'whose cosignatures the log needs (C2SP tlog-policy); kept in the data folder',
  },
  'public-entries': { what: 'let everybody read the entries of the log, not auditors alone' },
  'guard-max-staleness': {
    value: 'ms',
    what: 'the workload guard refuses when what it knows may be older than this',
  },
  'log-level': { value: 'level', what: 'silent, error, warn, info or debug' },
  kafka: { value: 'brokers', what: 'publish every event to Kafka, beginning with these brokers' },
  'kafka-topic': { value: 'topic', what: 'topic for events' },
  'kafka-checkpoint-topic': { value: 'topic', what: 'topic for checkpoints; default: TOPIC.checkpoints' },
  'kafka-tls': { what: 'speak TLS with the brokers' },
  'kafka-ca': { value: 'file', what: "the brokers' CA, PEM; default: the system's" },
  'kafka-cert': { value: 'file', what: 'client certificate for the brokers, PEM' },
  'kafka-key': { value: 'file', what: 'its key, PEM' },
  'kafka-sasl-file': { value: 'file', what: 'JSON with mechanism, username and password for the brokers' },
};

/** Secrets have no flag and no place in the configuration file, where they would be seen: by environment, or in files of their own. */
export const SECRETS = {
  passphrase: { env: 'SEKISHO_PASSPHRASE', file: 'passphrase-file' },
  'kafka-sasl': { env: 'SEKISHO_KAFKA_SASL', file: 'kafka-sasl-file' },
} as const satisfies Readonly<Record<string, { readonly env: string; readonly file: SettingName }>>;

export const envOf = (name: SettingName): string => `SEKISHO_${name.toUpperCase().replaceAll('-', '_')}`;
