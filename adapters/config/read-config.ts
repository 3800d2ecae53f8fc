import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { parseDocument } from 'yaml';
import { decode } from '../../domain/encoding/explain.js';
import { DEFAULTS, envOf, SECRETS, SETTING_NAMES, type SettingName, Settings } from './settings.js';

type Texts = Readonly<Record<string, unknown>>;
type Env = Readonly<Record<string, string | undefined>>;

/** A setting that can't be used, and where it was said. Never its value: it may be a secret in the wrong place. */
export interface ConfigFault {
  readonly setting: string;
  readonly source: string;
  readonly rule: string;
}

export interface Config {
  readonly settings: Settings & Required<Pick<Settings, keyof typeof DEFAULTS>>;
  /** Where each setting that is set comes from, as people call it. */
  readonly sources: ReadonlyMap<SettingName, string>;
}

/** What was said in one place, not yet checked. */
export interface ConfigSource {
  /** For people: which flag, variable or file a setting came from. */
  readonly nameOf: (setting: string) => string;
  readonly texts: Texts;
}

const isScalar = (value: unknown): value is string | number | boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

/** Files have numbers, switches and lists; all else goes on as it is, and is refused. */
const textOf = (value: unknown): unknown => {
  if (isScalar(value)) return String(value);
  return Array.isArray(value) && value.every(isScalar) ? value.join(',') : value;
};

/** YAML 1.2, and so JSON as well: one mapping from setting to value. */
export const fileSource = (file: string, text: string): E.Either<ConfigFault, ConfigSource> => {
  const fault = (rule: string): E.Either<ConfigFault, never> => E.left({ setting: '(whole)', source: file, rule });
  const document = parseDocument(text, { version: '1.2', prettyErrors: true, logLevel: 'error' });
  const [error] = [...document.errors, ...document.warnings];
  if (error !== undefined) return fault(`is no YAML or JSON from line ${String(error.linePos?.[0].line ?? 1)} on`);
  const value = E.tryCatch(
    () => document.toJS({ maxAliasCount: 0 }) as unknown,
    () => 'must not use aliases',
  );
  if (E.isLeft(value)) return fault(value.left);
  if (value.right === null) return E.right({ nameOf: () => file, texts: {} });
  if (typeof value.right !== 'object' || Array.isArray(value.right)) return fault('must be a mapping of settings');
  const texts = Object.fromEntries(Object.entries(value.right).map(([name, given]) => [name, textOf(given)]));
  return E.right({ nameOf: () => file, texts });
};

/** Empty means not set, as with most programs in containers. */
export const envSource = (env: Env): ConfigSource => {
  const given = SETTING_NAMES.map((name) => [name, env[envOf(name)]] as const);
  return {
    nameOf: (name) => envOf(name as SettingName),
    texts: Object.fromEntries(given.filter(([, text]) => text !== undefined && text !== '')),
  };
};

export const flagSource = (texts: Texts): ConfigSource => ({ nameOf: (name) => `--${name}`, texts });

const unknownRule = (name: string): string => {
  const secret = Object.entries(SECRETS).find(([known]) => known === name)?.[1];
  return secret === undefined
    ? 'is not a known setting'
    : `is a secret: give it in ${secret.env}, or in a file named by ${secret.file}`;
};

const isKnown = (name: string): boolean => SETTING_NAMES.some((known) => known === name);

const read = ({ nameOf, texts }: ConfigSource): E.Either<ReadonlyArray<ConfigFault>, Settings> => {
  const names = Object.keys(texts);
  const fault = (setting: string, rule: string): ConfigFault => ({ setting, source: nameOf(setting), rule });
  const strangers = names.filter((name) => !isKnown(name)).map((name) => fault(name, unknownRule(name)));
  const known = Object.fromEntries(Object.entries(texts).filter(([name]) => isKnown(name)));
  return pipe(
    decode(Settings)(known),
    E.mapLeft(({ faults }) => [
      ...strangers,
      ...faults.map(({ field, rule }) => fault(field.split('.')[0] ?? field, rule)),
    ]),
    E.filterOrElse(
      () => strangers.length === 0,
      () => strangers,
    ),
    // An io-ts intersection types what its parts are; each setting was read by its own codec.
    E.map((settings) => settings as Settings),
  );
};

/** Each source outdoes those before it. Every fault of every source is told, not the first alone. */
export const mergeSources = (sources: ReadonlyArray<ConfigSource>): E.Either<ReadonlyArray<ConfigFault>, Config> => {
  const faults: Array<ConfigFault> = [];
  const named = new Map<SettingName, string>();
  let settings: Settings = {};
  for (const source of sources) {
    const given = read(source);
    if (E.isLeft(given)) faults.push(...given.left);
    else {
      settings = { ...settings, ...given.right };
      for (const name of Object.keys(given.right)) named.set(name as SettingName, source.nameOf(name));
    }
  }
  return faults.length > 0 ? E.left(faults) : E.right({ settings: { ...DEFAULTS, ...settings }, sources: named });
};

/** Variables that look like settings of ours and are none: most likely a slip of the hand. */
export const strayVariables = (env: Env): ReadonlyArray<string> => {
  const known = new Set<string>([
    ...SETTING_NAMES.map(envOf),
    ...Object.values(SECRETS).map((secret) => secret.env),
    'SEKISHO_CONFIG',
    'SEKISHO_URL',
    'SEKISHO_TOKEN',
  ]);
  return Object.keys(env).filter(
    (name) => /^SEKISHO_(?!TEST_|VSPHERE_|REQUIRE_ALL$|LAB$)/.test(name) && !known.has(name),
  );
};
