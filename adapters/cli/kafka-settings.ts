import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { brokersAreHere } from '../config/check-config.js';
import { SECRETS, type Settings } from '../config/settings.js';
import type { KafkaSettings } from '../publisher/kafka/kafka-settings.js';
import { readSasl } from '../publisher/kafka/read-sasl.js';
import { faultsText } from '../text/faults-text.js';
import type { Cli } from './action.js';
import { badInput, type CliFailure } from './failure.js';
import { readText } from './input.js';

const fileIfNamed = (file: string | undefined): TE.TaskEither<CliFailure, string | undefined> =>
  file === undefined ? TE.right(undefined) : readText(file);

const saslOf = (cli: Cli, settings: Settings): TE.TaskEither<CliFailure, KafkaSettings['sasl']> => {
  const file = settings['kafka-sasl-file'];
  const given = cli.terminal.env[SECRETS['kafka-sasl'].env] ?? '';
  const place = file ?? SECRETS['kafka-sasl'].env;
  if (file === undefined && given === '') return TE.right(undefined);
  return pipe(
    file === undefined ? TE.right(given) : readText(file),
    TE.flatMapEither((text) => readSasl(text)),
    TE.mapLeft((fault) => ('_tag' in fault ? fault : badInput('KafkaSaslInvalid', `${place}: ${faultsText(fault)}`))),
    TE.filterOrElse(
      () => settings['kafka-tls'] === true || brokersAreHere(settings),
      () => badInput('ConfigInvalid', `${place}: needs kafka-tls: the password would travel in plain text`),
    ),
  );
};

const tlsOf = (settings: Settings): TE.TaskEither<CliFailure, KafkaSettings['tls']> =>
  settings['kafka-tls'] !== true
    ? TE.right(undefined)
    : pipe(
        TE.Do,
        TE.bind('ca', () => fileIfNamed(settings['kafka-ca'])),
        TE.bind('cert', () => fileIfNamed(settings['kafka-cert'])),
        TE.bind('key', () => fileIfNamed(settings['kafka-key'])),
        TE.map(({ ca, cert, key }) => ({
          ...(ca === undefined ? {} : { ca }),
          ...(cert === undefined ? {} : { cert }),
          ...(key === undefined ? {} : { key }),
        })),
      );

/** Undefined: no brokers are named, nothing is published. */
export const kafkaSettingsOf = (cli: Cli, settings: Settings): TE.TaskEither<CliFailure, KafkaSettings | undefined> => {
  const { kafka: brokers, 'kafka-topic': topic } = settings;
  if (brokers === undefined || topic === undefined) return TE.right(undefined);
  const checkpointTopic = settings['kafka-checkpoint-topic'] ?? `${topic}.checkpoints`;
  return pipe(
    TE.Do,
    TE.bind('tls', () => tlsOf(settings)),
    TE.bind('sasl', () => saslOf(cli, settings)),
    TE.map((secured) => ({ brokers, topic, checkpointTopic, ...secured })),
  );
};
