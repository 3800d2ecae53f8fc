import { access, constants } from 'node:fs/promises';
import type { Command } from 'commander';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Config, strayVariables } from '../../config/read-config.js';
import { SECRETS, SETTING_NAMES, type SettingName } from '../../config/settings.js';
import { type AddCommand, type Cli, done, perform } from '../action.js';
import { withJson } from '../authority-options.js';
import { configOf, withSettings } from '../config-options.js';
import { badInput, type CliFailure, type ExitCode } from '../failure.js';
import { paintOf, printable, tableOf } from '../terminal.js';

type Options = Readonly<Record<string, unknown>>;

interface Shown {
  readonly value: string | number | boolean | ReadonlyArray<string> | null;
  readonly source: string;
}

/** Secrets are named and never shown: whoever asks for help pastes this. */
const shownOf = (cli: Cli, { settings, sources }: Config): Readonly<Record<string, Shown>> => {
  const plain = SETTING_NAMES.map((name): readonly [string, Shown] => {
    const value = settings[name] ?? null;
    return [name, { value, source: sources.get(name) ?? (value === null ? 'not set' : 'default') }];
  });
  const secret = Object.entries(SECRETS).flatMap(
    ([name, { env }]): ReadonlyArray<readonly [string, Shown]> =>
      (cli.terminal.env[env] ?? '') === '' ? [] : [[name, { value: '(secret)', source: env }]],
  );
  return Object.fromEntries([...plain, ...secret]);
};

const show = (cli: Cli, json: boolean, config: Config): ExitCode => {
  const shown = shownOf(cli, config);
  const rows = Object.entries(shown).map(([name, { value, source }]) => [
    name,
    printable(value === null ? '-' : String(value)),
    printable(source),
  ]);
  const text = json ? JSON.stringify(shown) : tableOf(paintOf(cli.terminal), ['SETTING', 'VALUE', 'FROM'], rows);
  cli.terminal.out(`${text}\n`);
  return done;
};

const FILES: ReadonlyArray<SettingName> = [
  'tls-cert',
  'tls-key',
  'passphrase-file',
  'policy',
  'kafka-ca',
  'kafka-cert',
  'kafka-key',
  'kafka-sasl-file',
];

const unreadable = async ({ settings }: Config): Promise<ReadonlyArray<string>> => {
  const checks = FILES.map(async (name) => {
    const file = settings[name];
    if (file === undefined) return [];
    const ok = await access(String(file), constants.R_OK).then(
      () => true,
      () => false,
    );
    return ok ? [] : [`${name}: ${String(file)} can not be read`];
  });
  return (await Promise.all(checks)).flat();
};

const check = (cli: Cli, json: boolean, config: Config): TE.TaskEither<CliFailure, ExitCode> =>
  pipe(
    TE.fromTask(() => unreadable(config)),
    TE.filterOrElse(
      (files) => files.length === 0,
      (files) => badInput('ConfigInvalid', files.join('; ')),
    ),
    TE.map(() => {
      const strays = strayVariables(cli.terminal.env);
      const warnings = strays.map((name) => `${name} is no setting`);
      const text = ['The configuration is good.', ...warnings.map((warning) => `warning: ${printable(warning)}`)];
      cli.terminal.out(`${json ? JSON.stringify({ ok: true, warnings }) : text.join('\n')}\n`);
      return done;
    }),
  );

const HELP = `
Flags outdo the environment, the environment outdoes the file, the file outdoes the defaults. One name in three spellings:
  --tls-cert cert.pem        SEKISHO_TLS_CERT=cert.pem        tls-cert: cert.pem
Secrets have no flag: SEKISHO_PASSPHRASE and SEKISHO_KAFKA_SASL, or files of their own (passphrase-file, kafka-sasl-file).

Examples:
  $ sekisho config check --config sekisho.yaml
  $ SEKISHO_PORT=9000 sekisho config show --config sekisho.yaml`;

/** What `serve` would be told, before it is started. */
export const configCommand: AddCommand = (parent, cli) => {
  const group = parent
    .command('config')
    .description('check or show the configuration that serve would run with')
    .addHelpText('after', HELP);
  const add = (name: string, what: string): Command =>
    withSettings(withJson(group.command(name)))
      .description(what)
      .addHelpText('after', HELP);
  add('check', 'whether serve could run with this configuration').action((options: Options) =>
    perform(
      cli,
      options['json'] === true,
      pipe(
        configOf(cli, options),
        TE.flatMap((config) => check(cli, options['json'] === true, config)),
      ),
    ),
  );
  add('show', 'every setting, and where it comes from; secrets are never shown').action((options: Options) =>
    perform(
      cli,
      options['json'] === true,
      pipe(
        configOf(cli, options),
        TE.map((config) => show(cli, options['json'] === true, config)),
      ),
    ),
  );
};
