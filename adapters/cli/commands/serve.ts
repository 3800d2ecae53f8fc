import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { removeFile, writePrivate } from '../../access/private-files.js';
import type { OpenOptions } from '../../authority/authority-parts.js';
import { dataFolder } from '../../authority/data-folder.js';
import type { GivenPolicy } from '../../authority/log-policy.js';
import type { Config } from '../../config/read-config.js';
import { SECRETS } from '../../config/settings.js';
import { DEFAULT_HOST_LIMITS } from '../../http/host-gate.js';
import { type OpenedAuthority, openAuthority } from '../../main.js';
import { type AddCommand, type Cli, done, perform } from '../action.js';
import { configOf, withSettings } from '../config-options.js';
import { badInput, type CliFailure, type ExitCode, unavailable } from '../failure.js';
import { readText } from '../input.js';
import { kafkaSettingsOf } from '../kafka-settings.js';
import { tlsOf, untilAsked } from '../listening.js';
import { openFailure } from '../open-failure.js';
import { passphraseOf } from '../passphrase.js';

const listen = (authority: OpenedAuthority, { host, port }: Config['settings']): TE.TaskEither<CliFailure, string> =>
  TE.tryCatch(
    () => authority.app.listen({ host, port }),
    (error) => {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
      const why = code === 'EADDRINUSE' ? 'something else listens there' : code;
      return unavailable(
        'ListenFailed',
        `can not listen on ${host} port ${String(port)}: ${why}`,
        'Choose another --port.',
      );
    },
  );

/** The address as people and other programs of this machine reach it. */
const reachable = (url: string): string => url.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:');

const serving = (
  cli: Cli,
  settings: Config['settings'],
  authority: OpenedAuthority,
): TE.TaskEither<CliFailure, ExitCode> => {
  const { dir } = settings;
  const file = dataFolder(dir).server;
  // Listened for before anyone is told that the server is up: a manager may end it in that very moment.
  const asked = untilAsked();
  return pipe(
    listen(authority, settings),
    TE.map(reachable),
    TE.tap((url) =>
      pipe(
        writePrivate(file, `${JSON.stringify({ url, pid: process.pid })}\n`),
        TE.mapLeft(({ rule }) => unavailable('FileFault', `${file} ${rule}`)),
      ),
    ),
    TE.flatMap((url) =>
      TE.fromTask(async () => {
        cli.terminal.out(`Sekisho serves ${dir} on ${url} (process ${String(process.pid)}). End it with Ctrl+C.\n`);
        cli.terminal.out(`The console is at ${url}/console/\n`);
        await asked;
        cli.terminal.err('Ending: no new requests, answering what was begun.\n');
        await removeFile(file)();
        return done;
      }),
    ),
  );
};

/** From the file that was named, else from the environment, else what `init` left in the folder. */
const passphraseFor = (cli: Cli, settings: Config['settings']): TE.TaskEither<CliFailure, string> => {
  const { dir, 'passphrase-file': passphraseFile } = settings;
  const given = cli.terminal.env[SECRETS.passphrase.env] ?? '';
  return pipe(
    passphraseFile === undefined && given !== '' ? TE.right(given) : passphraseOf({ dir, passphraseFile }),
    TE.flatMapEither(
      E.fromNullable(
        badInput(
          'PassphraseMissing',
          'serving needs the passphrase of the keys',
          `Give --passphrase-file FILE, or ${SECRETS.passphrase.env}.`,
        ),
      ),
    ),
  );
};

const policyIn = (file: string | undefined): TE.TaskEither<CliFailure, GivenPolicy | undefined> =>
  file === undefined
    ? TE.right(undefined)
    : pipe(
        readText(file),
        TE.map((text) => ({ file, text })),
      );

const openOptions = (cli: Cli, settings: Config['settings']): TE.TaskEither<CliFailure, OpenOptions> => {
  const { dir, host, 'tls-cert': tlsCert, 'tls-key': tlsKey, 'host-rate': rate } = settings;
  const allowPlaintext = settings['allow-plaintext'];
  return pipe(
    tlsOf({ host, allowPlaintext, ...(tlsCert && { tlsCert }), ...(tlsKey && { tlsKey }) }),
    TE.map((tls) =>
      tls === undefined ? undefined : { ...tls, clientCertificates: settings['tls-client-certificates'] },
    ),
    TE.bindTo('tls'),
    TE.bind('passphrase', () => passphraseFor(cli, settings)),
    TE.bind('policy', () => policyIn(settings.policy)),
    TE.bind('kafka', () => kafkaSettingsOf(cli, settings)),
    TE.map((read) => ({
      ...read,
      dir,
      signer: settings.signer,
      limits: { ...DEFAULT_HOST_LIMITS, perAddress: { rate, burst: 10 * rate } },
      publicEntries: settings['public-entries'],
      guardMaxStalenessMs: settings['guard-max-staleness'],
      log: { level: settings['log-level'] },
    })),
  );
};

const work = (cli: Cli, options: Readonly<Record<string, unknown>>): TE.TaskEither<CliFailure, ExitCode> =>
  pipe(
    configOf(cli, options),
    TE.flatMap(({ settings }) =>
      pipe(
        openOptions(cli, settings),
        TE.flatMap((opening) =>
          TE.bracket(
            pipe(openAuthority(opening), TE.mapLeft(openFailure(settings.dir))),
            (authority) => serving(cli, settings, authority),
            ({ close }) => TE.fromTask(close),
          ),
        ),
      ),
    ),
  );

const HELP = `
Examples:
  $ sekisho serve --dir ./authority
  $ sekisho serve --dir ./authority --host 0.0.0.0 --tls-cert cert.pem --tls-key key.pem
  $ sekisho serve --dir ./authority --kafka broker-1:9092,broker-2:9092 --kafka-topic sekisho
  $ sekisho serve --config sekisho.yaml          (sekisho config --help says how settings are spelt)`;

export const serveCommand: AddCommand = (parent, cli) => {
  withSettings(parent.command('serve'))
    .description('serve hosts and operators over HTTP')
    .addHelpText('after', HELP)
    .action((options: Readonly<Record<string, unknown>>) => perform(cli, false, work(cli, options)));
};
