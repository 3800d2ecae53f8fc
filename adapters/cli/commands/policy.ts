import type { Command } from 'commander';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { AttestationPolicy } from '../../../domain/appraisal/policy.js';
import { decode } from '../../../domain/encoding/explain.js';
import { PolicyAnswer } from '../../http/codecs/reads.js';
import type { AddCommand, Cli } from '../action.js';
import { asOfQuery, withAsOf } from '../as-of-options.js';
import { badInput, type CliFailure, type ExitCode } from '../failure.js';
import { faultsOf, readJson } from '../input.js';
import { type Online, online } from '../online.js';
import { sendCommand } from '../send-command.js';
import { asOfText, showAnswer } from '../show-answer.js';
import { tableOf, when } from '../terminal.js';

const PATH = '/v1/policy';

const valueText = (value: unknown): string =>
  Array.isArray(value) && value.every((each) => typeof each !== 'object') ? value.join(', ') : JSON.stringify(value);

const show = (group: Command, cli: Cli): void => {
  const command = withAsOf(group.command('show')).description('the appraisal policy for evidence');
  online(cli, command, (given) => {
    const query = { ...asOfQuery(given.options) };
    return showAnswer(given, { operation: 'showPolicy', method: 'GET', path: PATH, query }, PolicyAnswer, (answer) =>
      [
        tableOf(
          given.paint,
          ['rule', 'value'],
          Object.entries(answer.policy).map(([name, value]) => [name, valueText(value)]),
        ),
        answer.changed === null
          ? 'The built-in policy.'
          : `Set by ${answer.changed.by} at ${when(answer.changed.time)}, revision ${String(answer.revision)}.`,
        asOfText(answer),
      ].join('\n'),
    );
  });
};

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

const wanted = (given: Online, current: AttestationPolicy): TE.TaskEither<CliFailure, unknown> => {
  const { file, set } = given.options;
  const settings = Array.isArray(set) ? set.map((each) => settingOf(String(each))) : [];
  if (typeof file === 'string' && settings.length === 0) return pipe(readJson(file), TE.map(withoutAnswer));
  if (file === undefined && settings.length > 0) return TE.right({ ...current, ...Object.fromEntries(settings) });
  return TE.left(badInput('NothingToSet', 'give either --file FILE or --set name=value'));
};

const change = (given: Online): TE.TaskEither<CliFailure, ExitCode> =>
  pipe(
    given.client.call({ operation: 'showPolicy', method: 'GET', path: PATH }, PolicyAnswer),
    TE.flatMap(({ body, etag }) =>
      pipe(
        wanted(given, body.policy),
        TE.flatMapEither((json) =>
          pipe(decode(AttestationPolicy)(json), (read) =>
            read._tag === 'Left' ? { ...read, left: faultsOf('policy')(read.left) } : read,
          ),
        ),
        TE.flatMap((policy) =>
          sendCommand(given, {
            operation: 'changePolicy',
            method: 'PUT',
            path: PATH,
            body: policy,
            ...(etag === undefined ? {} : { ifMatch: etag }),
          }),
        ),
      ),
    ),
  );

export const policyCommand: AddCommand = (parent, cli) => {
  const group = parent.command('policy').description('the appraisal policy for evidence');
  show(group, cli);
  const set = group
    .command('set')
    .description('change the policy, if nobody else changes it meanwhile')
    .option('--file <file>', 'the whole policy, as policy show --json writes it')
    .option('--set <name=value...>', 'single rules')
    .addHelpText(
      'after',
      '\nExamples:\n  $ sekisho policy set --set evidenceMaxAgeSeconds=86400 requireEndorsementKeys=true\n  $ sekisho policy set --file policy.json',
    );
  online(cli, set, change);
};
