import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { MOST_POLICY_BYTES, type PolicyLog, parseWitnessPolicy } from '../../../domain/transparency/witness-policy.js';
import { entryEngines } from '../../crypto/engines.js';
import { systemClock } from '../../system.js';
import { faultsText } from '../../text/faults-text.js';
import { startWitness } from '../../witness/start-witness.js';
import { createWitnessKey, openWitnessKey, type WitnessKeyFault } from '../../witness/witness-key.js';
import { type AddCommand, type Cli, done, perform } from '../action.js';
import { withJson } from '../authority-options.js';
import { badInput, type CliFailure, type ExitCode, unavailable } from '../failure.js';
import { readBytes, readText } from '../input.js';
import { type ListenOptions, parsePort, tlsOf, untilAsked } from '../listening.js';

interface KeyOptions {
  readonly key: string;
  readonly passphraseFile: string;
}

interface InitOptions extends KeyOptions {
  readonly json: boolean;
  readonly name: string;
}

interface ServeOptions extends KeyOptions, ListenOptions {
  readonly policy: string;
  readonly dir: string;
  readonly port: number;
}

const keyFailure = (fault: WitnessKeyFault): CliFailure => {
  switch (fault._tag) {
    case 'WitnessKeyUnavailable':
      return unavailable(fault._tag, `${fault.file} can not be used (${fault.code})`);
    case 'WitnessKeyInvalid':
      return badInput(fault._tag, `${fault.file}: ${faultsText(fault.faults)}`);
    case 'WitnessNameInvalid':
      return badInput(fault._tag, 'the name must be without spaces and plus signs');
    case 'PassphraseTooShort':
      return badInput(fault._tag, `the passphrase must have at least ${String(fault.least)} characters`);
    case 'PassphraseWrong':
      return badInput(fault._tag, `the passphrase does not open ${fault.file}`);
  }
};

const passphraseIn = ({ passphraseFile }: KeyOptions): TE.TaskEither<CliFailure, string> =>
  pipe(
    readText(passphraseFile),
    TE.map((text) => text.replace(/\r?\n$/, '')),
  );

const init = (cli: Cli, options: InitOptions): TE.TaskEither<CliFailure, ExitCode> =>
  pipe(
    passphraseIn(options),
    TE.flatMap((passphrase) => pipe(createWitnessKey(options.key, options.name, passphrase), TE.mapLeft(keyFailure))),
    TE.map(({ vkey }) => {
      cli.terminal.out(`${options.json ? JSON.stringify({ vkey }) : vkey}\n`);
      return done;
    }),
  );

const logsIn = (file: string): TE.TaskEither<CliFailure, ReadonlyArray<PolicyLog>> =>
  pipe(
    readBytes(file, MOST_POLICY_BYTES),
    TE.flatMap((bytes) =>
      pipe(
        TE.fromEither(parseWitnessPolicy(entryEngines.hashing, bytes)),
        TE.mapLeft(({ field, rule }) => badInput('PolicyInvalid', `${file}: ${field} ${rule}`)),
      ),
    ),
    TE.map(({ logs }) => logs),
    TE.filterOrElse(
      (logs) => logs.length > 0,
      () => badInput('NoLogs', `${file} names no log`, 'Add a line: log VKEY'),
    ),
  );

const serve = (cli: Cli, options: ServeOptions): TE.TaskEither<CliFailure, ExitCode> =>
  pipe(
    tlsOf(options),
    TE.bindTo('tls'),
    TE.bind('logs', () => logsIn(options.policy)),
    TE.bind('passphrase', () => passphraseIn(options)),
    TE.bind('key', ({ passphrase }) => pipe(openWitnessKey(options.key, passphrase), TE.mapLeft(keyFailure))),
    TE.flatMap(({ tls, logs, key: { signer } }) => {
      const { host, port, dir: folder } = options;
      const log = { level: 'info' as const };
      return pipe(
        startWitness({ ...entryEngines, host, port, folder, signer, logs, clock: systemClock, log, tls }),
        TE.mapLeft(({ _tag, detail }) => unavailable(_tag, `can not listen on ${host}: ${detail}`)),
      );
    }),
    TE.flatMap(({ url, stop }) =>
      TE.fromTask(async () => {
        cli.terminal.out(`The witness answers on ${url}. End it with Ctrl+C.\n`);
        await untilAsked();
        await stop();
        return done;
      }),
    ),
  );

const HELP = `
The folder of --dir remembers what was cosigned. It must never go back to an older copy: the witness would cosign a fork.

Examples:
  $ sekisho witness init --name witness.example --key witness.json --passphrase-file pass
  $ sekisho witness serve --key witness.json --passphrase-file pass --policy logs.policy --dir ./witnessed`;

/** Cosigns the checkpoints of logs, anybody's, that only ever grew (C2SP tlog-witness). */
export const witnessCommand: AddCommand = (parent, cli) => {
  const witness = parent.command('witness').description('cosign checkpoints of logs that only ever grew');
  withJson(witness.command('init'))
    .description('make a key and print what logs put into their policy')
    .requiredOption('--name <name>', 'name of the key, like witness.example')
    .requiredOption('--key <file>', 'where to write the key')
    .requiredOption('--passphrase-file <file>', 'file with the passphrase that encrypts it')
    .action((options: InitOptions) => perform(cli, options.json, init(cli, options)));
  witness
    .command('serve')
    .description('cosign for the logs that a policy names')
    .requiredOption('--key <file>', 'the key that init made')
    .requiredOption('--passphrase-file <file>', 'file with its passphrase')
    .requiredOption('--policy <file>', 'the logs (C2SP tlog-policy)')
    .requiredOption('--dir <dir>', 'folder that remembers what was cosigned')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <port>', 'port to listen on; 0: any free one', parsePort, 8751)
    .option('--tls-cert <file>', 'certificate chain, PEM')
    .option('--tls-key <file>', 'its key, PEM')
    .option('--allow-plaintext', 'listen elsewhere than on loopback without TLS', false)
    .addHelpText('after', HELP)
    .action((options: ServeOptions) => perform(cli, false, serve(cli, options)));
};
