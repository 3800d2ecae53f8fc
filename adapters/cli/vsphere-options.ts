import { type Command, Option } from 'commander';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type ConfigFault, type ConfigSource, flagSource } from '../config/read-config.js';
import { readThumbprint, type ServerTrust } from '../vsphere/server-trust.js';
import { type SoapTransport, soapTransport } from '../vsphere/soap-transport.js';
import { type Credential, type VsphereSession, vsphereSession } from '../vsphere/vsphere-session.js';
import {
  PASSWORD_VARIABLE,
  readVsphereSettings,
  VSPHERE_SETTING_NAMES,
  type VsphereSettings,
  vsphereEnvOf,
} from '../vsphere/vsphere-settings.js';
import { configFile, optionName } from './config-file.js';
import { badInput, type CliFailure } from './failure.js';
import { readSecret, readText } from './input.js';

type Env = Readonly<Record<string, string | undefined>>;
type Options = Readonly<Record<string, unknown>>;

const MOST_ANSWER_BYTES = 15_000_000;

export const withVsphereSettings = (command: Command): Command =>
  command
    .option('--config <file>', 'settings by file, YAML or JSON; SEKISHO_VSPHERE_* and flags outdo it')
    .option('--server <url>', 'https:// and the name of the vCenter')
    .option('--user <name>', 'a user with the read-only role, such as sekisho@vsphere.local')
    .option('--password-file <file>', `file with its password, unless it is in ${PASSWORD_VARIABLE}`)
    .option('--ca-file <file>', "CA of the server's certificate, PEM")
    .option('--thumbprint <sha256>', 'or its SHA-256, if no CA vouches for it')
    .option('--timeout <seconds>', 'how long one answer may take (default: 30)')
    .addOption(new Option('--relay-reports', "also hand on each host's TPM report, once for each boot"));

const ofNames = (valueOf: (name: string) => unknown): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    VSPHERE_SETTING_NAMES.flatMap((name) => {
      const value = valueOf(name);
      return value === undefined || value === '' ? [] : [[name, value === true ? 'true' : value]];
    }),
  );

const faultOf = (faults: ReadonlyArray<ConfigFault>): CliFailure =>
  badInput('ConfigInvalid', faults.map(({ setting, source, rule }) => `${setting} (${source}): ${rule}`).join('; '));

/** Flags before environment before file before defaults. */
export const vsphereSettingsOf = (env: Env, options: Options): TE.TaskEither<CliFailure, VsphereSettings> => {
  const variables: ConfigSource = { nameOf: vsphereEnvOf, texts: ofNames((name) => env[vsphereEnvOf(name)]) };
  const flags = flagSource(ofNames((name) => options[optionName(name)]));
  const file = options['config'] ?? env[vsphereEnvOf('config')];
  return pipe(
    configFile(faultOf)(typeof file === 'string' ? file : undefined),
    TE.flatMapEither((settings) => pipe(readVsphereSettings([...settings, variables, flags]), E.mapLeft(faultOf))),
  );
};

const trustOf = ({ believes }: VsphereSettings): TE.TaskEither<CliFailure, ServerTrust> =>
  'thumbprint' in believes
    ? pipe(
        readThumbprint(believes.thumbprint),
        E.mapLeft((rule) => badInput('ConfigInvalid', `thumbprint ${rule}`)),
        TE.fromEither,
      )
    : pipe(
        readText(believes['ca-file']),
        TE.map((pem) => ({ kind: 'ca', pem }) as const),
      );

const credentialOf = (env: Env, settings: VsphereSettings): TE.TaskEither<CliFailure, Credential> => {
  const { user, 'password-file': file } = settings;
  const given = env[PASSWORD_VARIABLE];
  const password =
    file === undefined
      ? TE.fromNullable(badInput('PasswordMissing', `give --password-file FILE, or ${PASSWORD_VARIABLE}`))(given)
      : readSecret(file);
  return pipe(
    password,
    TE.filterOrElse(
      (secret) => secret !== '',
      () => badInput('PasswordMissing', `${file ?? PASSWORD_VARIABLE} is empty`),
    ),
    TE.map((secret) => ({ user, password: secret })),
  );
};

export interface VsphereConnection {
  readonly settings: VsphereSettings;
  readonly session: VsphereSession;
  readonly transport: SoapTransport;
}

/** Nothing is connected yet: settings, trust and password are whole. */
export const vsphereConnection = (env: Env, options: Options): TE.TaskEither<CliFailure, VsphereConnection> =>
  pipe(
    vsphereSettingsOf(env, options),
    TE.bindTo('settings'),
    TE.bind('trust', ({ settings }) => trustOf(settings)),
    TE.bind('credential', ({ settings }) => credentialOf(env, settings)),
    TE.map(({ settings, trust, credential }) => {
      const { server, timeout } = settings;
      const limits = { millis: timeout * 1_000, mostBytes: MOST_ANSWER_BYTES };
      const transport = soapTransport({ ...server, trust, ...limits });
      return { settings, transport, session: vsphereSession(transport, credential) };
    }),
  );
