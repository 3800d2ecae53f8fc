import * as fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { expect, it } from 'vitest';
import { checkConfig } from '../../../adapters/config/check-config.js';
import {
  type ConfigSource,
  envSource,
  fileSource,
  flagSource,
  mergeSources,
  strayVariables,
} from '../../../adapters/config/read-config.js';
import { envOf, SETTING_NAMES } from '../../../adapters/config/settings.js';
import { left, right } from '../../support/ledger.js';

const file = (text: string): ConfigSource => right(fileSource('sekisho.yaml', text));

it('lets flags outdo the environment, the environment the file, and the file the defaults', () => {
  const sources = [
    file('port: 1000\nhost-rate: 7\nlog-level: warn\npublic-entries: true'),
    envSource({ SEKISHO_PORT: '2000', SEKISHO_HOST_RATE: '8' }),
    flagSource({ port: '3000' }),
  ];
  const { settings, sources: named } = right(mergeSources(sources));
  expect(settings).toMatchObject({ port: 3000, 'host-rate': 8, 'log-level': 'warn', 'public-entries': true });
  expect(settings.host).toBe('127.0.0.1');
  expect([named.get('port'), named.get('host-rate'), named.get('log-level')]).toEqual([
    '--port',
    'SEKISHO_HOST_RATE',
    'sekisho.yaml',
  ]);
});

it('reads the same settings from YAML, JSON, environment and flags', () => {
  const texts = { kafka: 'a:9092,b:9092', 'kafka-topic': 'events', port: '1' };
  const env = { SEKISHO_KAFKA: 'a:9092,b:9092', SEKISHO_KAFKA_TOPIC: 'events', SEKISHO_PORT: '1' };
  const all = [
    file('kafka: [a:9092, b:9092]\nkafka-topic: events\nport: 1'),
    file('{"kafka": ["a:9092", "b:9092"], "kafka-topic": "events", "port": 1}'),
    envSource(env),
    flagSource(texts),
  ].map((source) => right(mergeSources([source])).settings);
  for (const settings of all) expect(settings).toEqual(all[0]);
  expect(all[0]?.kafka).toEqual(['a:9092', 'b:9092']);
});

it('names every fault with its setting and its source, and no value', () => {
  const faults = left(
    mergeSources([
      file('port: 70000\nprot: 1\npassphrase: hunter2hunter2\ntls-cert: {a: 1}'),
      envSource({ SEKISHO_HOST_RATE: 'many' }),
      flagSource({ 'log-level': 'loud' }),
    ]),
  );
  expect(faults.map(({ setting, source }) => [setting, source])).toEqual([
    ['prot', 'sekisho.yaml'],
    ['passphrase', 'sekisho.yaml'],
    ['port', 'sekisho.yaml'],
    ['tls-cert', 'sekisho.yaml'],
    ['host-rate', 'SEKISHO_HOST_RATE'],
    ['log-level', '--log-level'],
  ]);
  expect(faults.find(({ setting }) => setting === 'passphrase')?.rule).toContain('SEKISHO_PASSPHRASE');
  expect(JSON.stringify(faults)).not.toMatch(/hunter2|70000|many|loud/);
});

it.each([
  ['duplicate keys', 'port: 1\nport: 2'],
  ['aliases', 'a: &x 1\nport: *x'],
  ['a list', '[1, 2]'],
  ['a text', 'port'],
  ['two documents', 'port: 1\n---\nport: 2'],
  ['broken YAML', '{port: 1'],
])('refuses a file of %s', (_, text) => {
  expect(left(fileSource('sekisho.yaml', text)).source).toBe('sekisho.yaml');
});

it('takes an empty file and empty variables as nothing said', () => {
  expect(right(mergeSources([file(''), file('# nothing'), envSource({ SEKISHO_PORT: '' })])).settings.port).toBe(8750);
});

it('never throws, whatever the file holds', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      const source = fileSource('f', text);
      if (E.isRight(source)) mergeSources([source.right]);
    }),
  );
});

it.each([
  [{ 'tls-cert': 'a' }, 'tls-cert'],
  [{ 'tls-client-certificates': 'true' }, 'tls-client-certificates'],
  [{ host: '0.0.0.0' }, 'host'],
  [{ kafka: 'a:1' }, 'kafka'],
  [{ kafka: 'a:1', 'kafka-topic': 'x', 'kafka-checkpoint-topic': 'x' }, 'kafka-checkpoint-topic'],
  [{ kafka: 'a:1', 'kafka-topic': 'x', 'kafka-sasl-file': 'f' }, 'kafka-sasl-file'],
  [{ kafka: '127.0.0.1:1', 'kafka-topic': 'x', 'kafka-ca': 'f' }, 'kafka-ca'],
])('refuses settings that make no sense together: %o', (texts, setting) => {
  const faults = checkConfig(right(mergeSources([flagSource(texts)])));
  expect(faults.map((fault) => fault.setting)).toEqual([setting]);
});

it('accepts a password for brokers on this machine without TLS, and elsewhere with it', () => {
  const here = { kafka: '127.0.0.1:1,[::1]:2', 'kafka-topic': 'x', 'kafka-sasl-file': 'f' };
  const there = { ...here, kafka: 'b:1', 'kafka-tls': 'true' };
  for (const texts of [here, there]) expect(checkConfig(right(mergeSources([flagSource(texts)])))).toEqual([]);
});

it.each(['a', 'a:0', 'a:70000', 'a:1,', 'http://a:1', ' :1', 'a b:1', '-a:1'])('refuses %j as brokers', (kafka) => {
  expect(left(mergeSources([flagSource({ kafka })])).map(({ setting }) => setting)).toEqual(['kafka']);
});

it('spells each variable in its own way, and knows those that are none of its', () => {
  expect(new Set(SETTING_NAMES.map(envOf)).size).toBe(SETTING_NAMES.length);
  expect(strayVariables({ SEKISHO_PROT: '1', SEKISHO_PORT: '1', SEKISHO_TEST_X: '1', HOME: '/' })).toEqual([
    'SEKISHO_PROT',
  ]);
});
