import type { Command } from 'commander';
import type { Recorded } from '../../http/codecs/answers.js';
import { PrimaryKeysAnswer } from '../../http/codecs/key-providers.js';
import type { Cli } from '../action.js';
import { asOfQuery, withAsOf } from '../as-of-options.js';
import { type Online, online } from '../online.js';
import { segment, sendCommand } from '../send-command.js';
import { asOfText, showAnswer } from '../show-answer.js';
import { type Paint, printable, tableOf, when } from '../terminal.js';

type Row = (typeof PrimaryKeysAnswer._A)['primaryKeys'][number];

const pathOf = ({ args }: Online, rest = ''): string =>
  `/v1/key-providers/${segment(args[0])}/primary-keys${args[1] === undefined ? '' : `/${segment(args[1])}`}${rest}`;

const act = (what: string, given: { readonly by: string; readonly time: string; readonly reason: string }): string =>
  printable(`${what} by ${given.by} ${when(given.time)}: ${given.reason}`);

const stateText = (paint: Paint, { current, end, revoked, destroyed, confirmed }: Row): string => {
  if (end === null) return current ? paint.green('wraps new keys') : 'unwraps only';
  return [
    ...(revoked === null ? [] : [paint.red(act(end === 'compromised' ? 'compromised, revoked' : 'revoked', revoked))]),
    ...(destroyed === null ? [] : [paint.red(act(`destroyed (${String(destroyed.keysInUse)} keys lost)`, destroyed))]),
    confirmed === null ? paint.yellow('key servers: not yet') : `key servers: ${when(confirmed.time)}`,
  ].join('\n');
};

const addList = (group: Command, cli: Cli): void => {
  const command = withAsOf(
    group.command('primary-keys <provider>').description('its primary keys, and how many keys depend on each'),
  );
  online(cli, command, (given) => {
    const query = { ...asOfQuery(given.options) };
    const call = { operation: 'listPrimaryKeys', method: 'GET', path: pathOf(given), query } as const;
    return showAnswer(given, call, PrimaryKeysAnswer, (answer) =>
      [
        tableOf(
          given.paint,
          ['primary key', 'keys', 'in use', 'state'],
          answer.primaryKeys.map((row) => [
            printable(row.primaryKey),
            String(row.keys),
            String(row.keysInUse),
            stateText(given.paint, row),
          ]),
        ),
        asOfText(answer),
      ].join('\n'),
    );
  });
};

const TOLD = 'The key servers did the same.';
const NOT_TOLD = 'The key servers could not be told yet: they are told again each minute. It counts here already.';

const outcome = ({ events }: Recorded): string | undefined => {
  if (events.length === 0) return undefined;
  return events.some(({ type }) => type === 'PrimaryKeyEndConfirmed') ? TOLD : NOT_TOLD;
};

const REASON = ['--reason <text>', 'why, for those who read the history'] as const;

export const addPrimaryKeys = (group: Command, cli: Cli): void => {
  addList(group, cli);
  const revoke = group
    .command('revoke-primary-key <provider> <id>')
    .description('from now on it wraps and unwraps nothing, here and in the key servers')
    .option('--compromised', 'somebody else may have it')
    .requiredOption(...REASON)
    .addHelpText(
      'after',
      '\nFirst have new keys wrapped by another one, unless it is urgent:\n  $ sekisho key-provider primary-key hsm --create second\n  $ sekisho key-provider revoke-primary-key hsm 17 --reason "end of its year"',
    );
  online(cli, revoke, (given) => {
    const { reason, compromised } = given.options;
    const path = pathOf(given, '/revoke');
    return sendCommand(
      given,
      { operation: 'revokePrimaryKey', method: 'POST', path, body: { reason, compromised } },
      outcome,
    );
  });
  const destroy = group
    .command('destroy-primary-key <provider> <id>')
    .description('destroys a revoked one for ever; refused while keys depend on it')
    .option('--force', 'although keys are lost with it')
    .requiredOption(...REASON)
    .addHelpText(
      'after',
      '\nExample:\n  $ sekisho key-provider primary-keys hsm          # which keys depend on which\n  $ sekisho key-provider destroy-primary-key hsm 17 --reason "nothing is wrapped by it any more"',
    );
  online(cli, destroy, (given) => {
    const { reason, force } = given.options;
    const path = pathOf(given, '/destroy');
    return sendCommand(
      given,
      { operation: 'destroyPrimaryKey', method: 'POST', path, body: { reason, force } },
      outcome,
    );
  });
};
