import { scopeText } from '../../../domain/access/scope.js';
import { WhoAmI } from '../../http/codecs/token-issuers.js';
import type { AddCommand } from '../action.js';
import { online } from '../online.js';
import { asOfText, showAnswer } from '../show-answer.js';
import { printable } from '../terminal.js';

const BY: Readonly<Record<string, string>> = {
  token: 'a token of this authority',
  issuer: 'a token of a trusted issuer',
  certificate: 'a client certificate',
};

const HELP = `
Examples:
  $ sekisho whoami --dir ./authority --as trust-admin-2
  $ SEKISHO_TOKEN="$(get-my-token)" sekisho whoami --url https://sekisho.example`;

export const whoamiCommand: AddCommand = (parent, cli) => {
  const command = parent
    .command('whoami')
    .description('who the authority takes you for, by what, and what you may')
    .addHelpText('after', HELP);
  online(cli, command, (given) =>
    showAnswer(given, { operation: 'whoAmI', method: 'GET', path: '/v1/whoami' }, WhoAmI, (answer) =>
      [
        `${given.paint.bold(printable(answer.subject))}, ${answer.role}, by ${BY[answer.via] ?? answer.via}${answer.account === null ? '' : ` (${printable(answer.account)})`}.`,
        answer.person === null
          ? 'Where two people are needed you never count as the second one: nobody confirmed your token issuer yet.'
          : `Where two people are needed you count as ${printable(answer.person)}.`,
        ...(answer.scope === null ? [] : [`Limited to ${scopeText(answer.scope)}.`]),
        `Permissions: ${answer.permissions.join(', ')}.`,
        asOfText(answer),
      ].join('\n'),
    ),
  );
};
