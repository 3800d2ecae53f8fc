import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type * as t from 'io-ts';
import { closedWith } from '../../domain/encoding/closed.js';
import { decode } from '../../domain/encoding/explain.js';
import type { ConfigFault, ConfigSource } from '../config/read-config.js';
import { Flag, PlainText, ServerAddress, WholeNumber } from '../config/texts.js';

const CODECS = {
  server: ServerAddress,
  user: PlainText,
  'password-file': PlainText,
  'ca-file': PlainText,
  thumbprint: PlainText,
  interval: WholeNumber(10, 86_400),
  timeout: WholeNumber(1, 600),
  'relay-reports': Flag,
};

export type VsphereSettingName = keyof typeof CODECS;
export const VSPHERE_SETTING_NAMES = Object.keys(CODECS) as ReadonlyArray<VsphereSettingName>;

/** The variable of the password itself, which has no flag and no place in a settings file. */
export const PASSWORD_VARIABLE = 'SEKISHO_VSPHERE_PASSWORD';

export const vsphereEnvOf = (name: string): string => `SEKISHO_VSPHERE_${name.replaceAll('-', '_').toUpperCase()}`;

const Given = closedWith({}, CODECS, 'VsphereSettings');
type Given = { readonly [Name in VsphereSettingName]?: t.TypeOf<(typeof CODECS)[Name]> };

export const VSPHERE_DEFAULTS = { interval: 60, timeout: 30, 'relay-reports': false } as const satisfies Given;

export type VsphereSettings = Given &
  Required<Pick<Given, keyof typeof VSPHERE_DEFAULTS | 'server' | 'user'>> & {
    /** Exactly one of both. */
    readonly believes: { readonly 'ca-file': string } | { readonly thumbprint: string };
  };

const rule = (setting: string, text: string): ConfigFault => ({ setting, source: 'settings', rule: text });

const read = ({ nameOf, texts }: ConfigSource): E.Either<ReadonlyArray<ConfigFault>, Given> =>
  pipe(
    decode(Given)(texts),
    E.bimap(
      ({ faults }) =>
        faults.map(({ field, rule: broken }) => {
          const setting = field.split('.')[0] ?? field;
          return { setting, source: nameOf(setting), rule: broken };
        }),
      // An io-ts intersection types what its parts are; each setting was read by its own codec.
      (given) => given as Given,
    ),
  );

const complete = (given: Given): E.Either<ReadonlyArray<ConfigFault>, VsphereSettings> => {
  const { server, user, 'ca-file': ca, thumbprint } = given;
  if (server === undefined || user === undefined) {
    return E.left([rule(server === undefined ? 'server' : 'user', 'must be given')]);
  }
  if ((ca === undefined) === (thumbprint === undefined)) {
    return E.left([rule('ca-file, thumbprint', 'give one of both: a certificate is never believed unseen')]);
  }
  const believes = ca === undefined ? { thumbprint: thumbprint ?? '' } : { 'ca-file': ca };
  return E.right({ ...VSPHERE_DEFAULTS, ...given, server, user, believes });
};

/** Each source outdoes those before it; every fault is told. */
export const readVsphereSettings = (
  sources: ReadonlyArray<ConfigSource>,
): E.Either<ReadonlyArray<ConfigFault>, VsphereSettings> => {
  const all = sources.map(read);
  const faults = all.flatMap((each) => (E.isLeft(each) ? each.left : []));
  if (faults.length > 0) return E.left(faults);
  return complete(all.reduce<Given>((held, each) => (E.isRight(each) ? { ...held, ...each.right } : held), {}));
};
