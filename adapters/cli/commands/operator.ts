import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { OperatorRole } from '../../../domain/access/operator-role.js';
import { scopeText } from '../../../domain/access/scope.js';
import { OperatorsAnswer } from '../../http/codecs/reads.js';
import { OperatorGranted } from '../../http/routes/operators.js';
import { type AddCommand, done } from '../action.js';
import { asOfQuery, withAsOf } from '../as-of-options.js';
import { online } from '../online.js';
import { segment, sendCommand } from '../send-command.js';
import { asOfText, showAnswer } from '../show-answer.js';
import { printable, tableOf, when } from '../terminal.js';
import { hoursOf, lifetimeOf } from '../token-hours.js';

const PATH = '/v1/operators';
const ROLES = Object.keys(OperatorRole.keys);

const untilOf = (token: { readonly expires: string | null } | null): string => {
  if (token === null) return 'none';
  return token.expires === null ? 'it is revoked' : when(token.expires);
};

const HELP = `
Examples:
  $ sekisho operator grant carol trust-administrator --as trust-admin-1
  $ sekisho operator grant emma workload-administrator --only cluster/east 'host/esx-east-*' --as trust-admin-1`;

export const operatorCommand: AddCommand = (parent, cli) => {
  const group = parent.command('operator').description('who may do what');
  const grant = group
    .command('grant <subject> <role>')
    .description(`give a role (${ROLES.join(', ')}); shows the token, once`)
    .option('--person <id>', 'whose name it is, when they have another one here already')
    .option('--token-hours <hours>', 'how long the token opens the role; default: until it is revoked', hoursOf)
    .option(
      '--only <parts...>',
      'what the role is limited to: cluster/NAME, key-provider/NAME, host/NAME or host/BEGINNING* (default: nothing, it is for everything)',
    )
    .addHelpText('after', HELP);
  online(cli, grant, (given) => {
    const [subject, role] = given.args;
    const { person, tokenHours, only: scope } = given.options;
    const lifetime = lifetimeOf(tokenHours);
    const limited = scope === undefined ? {} : { scope };
    return pipe(
      given.client.call(
        {
          operation: 'grantOperator',
          method: 'POST',
          path: PATH,
          body: { subject, role, ...(person === undefined ? {} : { person }), ...limited, ...lifetime },
        },
        OperatorGranted,
      ),
      TE.map(({ body }) => {
        const text = `${String(subject)} is ${String(role)}. The token, shown once:\n${body.token}`;
        given.print(given.json ? JSON.stringify(body) : text);
        return done;
      }),
    );
  });
  const confirm = group
    .command('confirm <subject>')
    .description('say, as a second person, that this name is its own person: until then it counts as whoever gave it');
  online(cli, confirm, (given) =>
    sendCommand(given, {
      operation: 'confirmOperator',
      method: 'POST',
      path: `${PATH}/${segment(given.args[0])}/confirm`,
      body: {},
    }),
  );
  const withdraw = group
    .command('withdraw <subject>')
    .description('take the role away; the token opens nothing from then on')
    .requiredOption('--reason <text>', 'why, for those who read the history');
  online(cli, withdraw, (given) =>
    sendCommand(given, {
      operation: 'withdrawOperator',
      method: 'DELETE',
      path: `${PATH}/${segment(given.args[0])}`,
      body: { reason: given.options['reason'] },
    }),
  );
  const revoke = group
    .command('revoke-token <subject>')
    .description("end the token of a subject, whose role stays: one that was lost. Your own, or anybody's")
    .requiredOption('--reason <text>', 'why, for those who read the history');
  online(cli, revoke, (given) =>
    sendCommand(given, {
      operation: 'revokeTokens',
      method: 'DELETE',
      path: `${PATH}/${segment(given.args[0])}/token`,
      body: { reason: given.options['reason'] },
    }),
  );
  online(cli, withAsOf(group.command('list')).description('who holds which role'), (given) => {
    const query = { ...asOfQuery(given.options) };
    return showAnswer(
      given,
      { operation: 'listOperators', method: 'GET', path: PATH, query },
      OperatorsAnswer,
      (answer) =>
        [
          tableOf(
            given.paint,
            ['subject', 'role', 'for', 'counts as', 'since', 'granted by', 'token until'],
            answer.operators.map(({ subject, role, scope, person, confirmed, since, grantedBy, token }) => [
              subject,
              role,
              scopeText(scope),
              confirmed ? person : `${grantedBy}, unconfirmed`,
              when(since),
              grantedBy,
              untilOf(token),
            ]),
          ),
          ...answer.operators.flatMap(({ subject, accounts }) =>
            accounts.map((account) => `${subject} also comes as ${printable(account)}`),
          ),
          asOfText(answer),
        ].join('\n'),
    );
  });
};
