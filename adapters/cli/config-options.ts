import type { Command } from 'commander';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { checkConfig } from '../config/check-config.js';
import {
  type Config,
  type ConfigFault,
  type ConfigSource,
  envSource,
  flagSource,
  mergeSources,
} from '../config/read-config.js';
import { DEFAULTS, DESCRIPTIONS, SETTING_NAMES, type SettingName } from '../config/settings.js';
import type { Cli } from './action.js';
import { configFile, optionName } from './config-file.js';
import { badInput, type CliFailure } from './failure.js';

const flagOf = (name: SettingName): string => {
  const { value } = DESCRIPTIONS[name];
  return value === undefined ? `--${name}` : `--${name} <${value}>`;
};

const whatOf = (name: SettingName): string => {
  const fallback = name in DEFAULTS ? String(DEFAULTS[name as keyof typeof DEFAULTS]) : 'false';
  return fallback === 'false' ? DESCRIPTIONS[name].what : `${DESCRIPTIONS[name].what} (default: ${fallback})`;
};

/** Every setting as an option, and `--config`. Defaults are not commander's: it must show what was really given. */
export const withSettings = (command: Command): Command => {
  command.option(
    '--config <file>',
    'settings by file, YAML or JSON; the environment and flags outdo it (SEKISHO_CONFIG)',
  );
  return SETTING_NAMES.reduce((built, name) => built.option(flagOf(name), whatOf(name)), command);
};

const flagsOf = (options: Readonly<Record<string, unknown>>): ConfigSource => {
  const given = SETTING_NAMES.map((name) => [name, options[optionName(name)]] as const);
  return flagSource(
    // Commander gives text, or true for a switch.
    Object.fromEntries(
      given.flatMap(([name, value]) => (value === undefined ? [] : [[name, value === true ? 'true' : value]])),
    ),
  );
};

const faultText = ({ setting, source, rule }: ConfigFault): string => `${setting} (${source}): ${rule}`;

const configFailure = (faults: ReadonlyArray<ConfigFault>): CliFailure =>
  badInput('ConfigInvalid', faults.map(faultText).join('; '), 'sekisho config --help says how settings are spelt.');

const fileOf = (cli: Cli, options: Readonly<Record<string, unknown>>): string | undefined => {
  const given = options['config'] ?? cli.terminal.env['SEKISHO_CONFIG'];
  return typeof given === 'string' && given !== '' ? given : undefined;
};

/** Flags before environment before file before defaults; checked whole before anything begins. */
export const configOf = (cli: Cli, options: Readonly<Record<string, unknown>>): TE.TaskEither<CliFailure, Config> =>
  pipe(
    configFile(configFailure)(fileOf(cli, options)),
    TE.flatMapEither((file) =>
      pipe(mergeSources([...file, envSource(cli.terminal.env), flagsOf(options)]), E.mapLeft(configFailure)),
    ),
    TE.filterOrElse(
      (config) => checkConfig(config).length === 0,
      (config) => configFailure(checkConfig(config)),
    ),
  );
