import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { AttestationPolicy } from '../../domain/appraisal/policy.js';
import { decode } from '../../domain/encoding/explain.js';
import { badInput, type CliFailure } from './failure.js';
import { faultsOf, readJson } from './input.js';

/** `name=value`, the value as JSON, or text where it is no JSON. */
const settingOf = (text: string): readonly [string, unknown] => {
  const [name = '', ...rest] = text.split('=');
  const value = rest.join('=');
  try {
    return [name, JSON.parse(value) as unknown];
  } catch {
    return [name, value];
  }
};

/** `policy show --json` answers with the policy inside; both forms are taken. */
const withoutAnswer = (json: unknown): unknown =>
  typeof json === 'object' && json !== null && 'policy' in json ? json.policy : json;

const checked = (json: unknown): E.Either<CliFailure, AttestationPolicy> =>
  pipe(decode(AttestationPolicy)(json), E.mapLeft(faultsOf('policy')));

/** The policy that `file` holds, or the current one with what `set` changes; undefined if neither was given. */
export const wantedPolicy = (
  options: Readonly<Record<string, unknown>>,
  current: AttestationPolicy,
): TE.TaskEither<CliFailure, AttestationPolicy | undefined> => {
  const { file, set } = options;
  const settings = Array.isArray(set) ? set.map((each) => settingOf(String(each))) : [];
  if (typeof file === 'string' && settings.length > 0) {
    return TE.left(badInput('PolicyTwice', 'give either a policy file or --set name=value'));
  }
  if (typeof file === 'string') return pipe(readJson(file), TE.map(withoutAnswer), TE.flatMapEither(checked));
  return settings.length === 0
    ? TE.right(undefined)
    : TE.fromEither(checked({ ...current, ...Object.fromEntries(settings) }));
};
