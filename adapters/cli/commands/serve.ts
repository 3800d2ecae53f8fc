import { InvalidArgumentError } from 'commander';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { removeFile, writePrivate } from '../../access/private-files.js';
import { dataFolder } from '../../data-folder.js';
import { DEFAULT_HOST_LIMITS } from '../../http/host-gate.js';
import { type OpenedAuthority, openAuthority } from '../../main.js';
import type { LogLevel } from '../../telemetry/log.js';
import { type AddCommand, type Cli, done, perform } from '../action.js';
import { DEFAULT_DIR } from '../authority-options.js';
import { badInput, type CliFailure, type ExitCode, unavailable } from '../failure.js';
import { readText } from '../input.js';
import { parsePort, tlsOf, untilAsked } from '../listening.js';
import { openFailure } from '../open-failure.js';
import { passphraseOf } from '../passphrase.js';

interface Options {
  readonly dir?: string;
  readonly host: string;
  readonly port: number;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly allowPlaintext: boolean;
  readonly passphraseFile?: string;
  readonly policy?: string;
  readonly publicEntries: boolean;
  readonly hostRate: number;
  readonly logLevel: LogLevel;
}

const listen = (authority: OpenedAuthority, { host, port }: Options): TE.TaskEither<CliFailure, string> =>
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
  dir: string,
  options: Options,
  authority: OpenedAuthority,
): TE.TaskEither<CliFailure, ExitCode> => {
  const file = dataFolder(dir).server;
  // Listened for before anyone is told that the server is up: a manager may end it in that very moment.
  const asked = untilAsked();
  return pipe(
    listen(authority, options),
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
        await asked;
        cli.terminal.err('Ending: no new requests, answering what was begun.\n');
        await removeFile(file)();
        return done;
      }),
    ),
  );
};

const work = (cli: Cli, options: Options): TE.TaskEither<CliFailure, ExitCode> => {
  const dir = options.dir ?? cli.terminal.env['SEKISHO_DIR'] ?? DEFAULT_DIR;
  const { hostRate: rate, logLevel: level, policy: file, publicEntries } = options;
  const limits = { ...DEFAULT_HOST_LIMITS, perAddress: { rate, burst: 10 * rate } };
  return pipe(
    tlsOf(options),
    TE.bindTo('tls'),
    TE.bind('passphrase', () => passphraseOf({ dir, passphraseFile: options.passphraseFile })),
    TE.filterOrElse(
      ({ passphrase }) => passphrase !== undefined,
      () => badInput('PassphraseMissing', 'serving needs the passphrase of the keys', 'Give --passphrase-file FILE.'),
    ),
    TE.bind('policy', () =>
      file === undefined
        ? TE.right(undefined)
        : pipe(
            readText(file),
            TE.map((text) => ({ file, text })),
          ),
    ),
    TE.flatMap(({ tls, passphrase, policy }) =>
      TE.bracket(
        pipe(
          openAuthority({ dir, passphrase, tls, limits, policy, publicEntries, log: { level } }),
          TE.mapLeft(openFailure(dir)),
        ),
        (authority) => serving(cli, dir, options, authority),
        ({ close }) => TE.fromTask(close),
      ),
    ),
  );
};

const parseRate = (text: string): number => {
  const rate = Number(text);
  if (!(rate >= 1 && rate <= 1_000_000)) throw new InvalidArgumentError('It must be 1 to 1000000.');
  return rate;
};

const parseLevel = (text: string): LogLevel => {
  if (text === 'silent' || text === 'error' || text === 'warn' || text === 'info' || text === 'debug') return text;
  throw new InvalidArgumentError('It must be silent, error, warn, info or debug.');
};

const HELP = `
Examples:
  $ sekisho serve --dir ./authority
  $ sekisho serve --dir ./authority --host 0.0.0.0 --tls-cert cert.pem --tls-key key.pem`;

export const serveCommand: AddCommand = (parent, cli) => {
  parent
    .command('serve')
    .description('serve hosts and operators over HTTP')
    .option('--dir <dir>', `data folder of the authority (SEKISHO_DIR, else ./${DEFAULT_DIR})`)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <port>', 'port to listen on; 0: any free one', parsePort, 8750)
    .option('--tls-cert <file>', 'certificate chain, PEM')
    .option('--tls-key <file>', 'its key, PEM')
    .option('--allow-plaintext', 'listen elsewhere than on loopback without TLS', false)
    .option('--passphrase-file <file>', 'file with the passphrase of the keys, if init was given one')
    .option(
      '--host-rate <n>',
      'anonymous requests a second from one address, ten times as many at once',
      parseRate,
      100,
    )
    .option('--policy <file>', 'whose cosignatures the log needs (C2SP tlog-policy); kept in the data folder')
    .option('--public-entries', 'let everybody read the entries of the log, not auditors alone', false)
    .option('--log-level <level>', 'silent, error, warn, info or debug', parseLevel, 'info')
    .addHelpText('after', HELP)
    .action((options: Options) => perform(cli, false, work(cli, options)));
};
