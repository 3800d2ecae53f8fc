import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type * as t from 'io-ts';
import { AccountsAnswer } from '../../http/codecs/accounts.js';
import type { AddCommand } from '../action.js';
import { asOfQuery, withAsOf } from '../as-of-options.js';
import { type Online, online } from '../online.js';
import { ownSubject } from '../own-subject.js';
import { sendCommand } from '../send-command.js';
import { asOfText, showAnswer } from '../show-answer.js';
import { printable, tableOf, when } from '../terminal.js';

const PATH = '/v1/accounts';

const bind = (given: Online) =>
  pipe(
    ownSubject(given),
    TE.flatMap((subject) =>
      sendCommand(given, {
        operation: 'bindAccount',
        method: 'POST',
        path: PATH,
        body: { subject, account: given.args[0] },
      }),
    ),
  );

type Listed = t.TypeOf<typeof AccountsAnswer>['accounts'][number];

const stateOf = ({ bound, expired }: Listed): string => {
  if (bound !== null) return `bound by ${bound.by}`;
  return expired ? 'offered, too long ago' : 'offered';
};

const list = (given: Online) =>
  showAnswer(
    given,
    { operation: 'listAccounts', method: 'GET', path: PATH, query: { ...asOfQuery(given.options) } },
    AccountsAnswer,
    (answer) =>
      [
        tableOf(
          given.paint,
          ['account', 'issuer', 'person there', 'operator', 'state', 'since'],
          answer.accounts.map((row) => [
            printable(row.account),
            row.issuer,
            printable(row.person),
            row.subject,
            stateOf(row),
            when((row.bound ?? row.offered).time),
          ]),
        ),
        asOfText(answer),
      ].join('\n'),
  );

const HELP = `
Both sides say it: the account first, with its issuer's token, then the operator, with a token or a certificate, within a day.
The issuer must be confirmed by a second person (sekisho token-issuer confirm).

Examples:
  $ SEKISHO_TOKEN="$(get-my-token)" sekisho account offer carol --url https://sekisho.example
  $ sekisho account bind corp:carol --url https://sekisho.example --token-file carol.token
  $ SEKISHO_TOKEN="$(get-my-token)" sekisho whoami --url https://sekisho.example`;

export const accountCommand: AddCommand = (parent, cli) => {
  const group = parent
    .command('account')
    .description('which accounts of token issuers are an operator: one person, one name, however they come')
    .addHelpText('after', HELP);
  const offer = group
    .command('offer <operator>')
    .description('say that you are this operator; with a token of a trusted issuer');
  online(cli, offer, (given) =>
    sendCommand(
      given,
      { operation: 'offerAccount', method: 'PUT', path: '/v1/whoami/operator', body: { subject: given.args[0] } },
      'The operator has a day to say so too: sekisho account bind.',
    ),
  );
  const binding = group
    .command('bind <account>')
    .description('come with this account, whose holder said to be you: ISSUER:ACCOUNT, as whoami shows it')
    .option('--for <subject>', 'for a name that you gave and nobody confirmed yet; default: yourself');
  online(cli, binding, bind);
  const release = group
    .command('release <account>')
    .description("let nobody in as an operator with it any more; your own, or anybody's")
    .requiredOption('--reason <text>', 'why, for those who read the history');
  online(cli, release, (given) =>
    sendCommand(given, {
      operation: 'releaseAccount',
      method: 'POST',
      path: `${PATH}/release`,
      body: { account: given.args[0], reason: given.options['reason'] },
    }),
  );
  online(cli, withAsOf(group.command('list')).description('which accounts are whose, or are said to be'), list);
};
