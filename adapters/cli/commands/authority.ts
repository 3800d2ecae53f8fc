import { AuthorityAnswer } from '../../http/routes/authority.js';
import type { AddCommand } from '../action.js';
import { online } from '../online.js';
import { asOfText, showAnswer } from '../show-answer.js';
import { printable, tableOf } from '../terminal.js';

const HELP = `
Example:
  $ sekisho authority show --url https://authority:8750

Its key id is what others pin; whoever answers says it of themselves, so compare it with what you were told when it was founded.`;

export const authorityCommand: AddCommand = (parent, cli) => {
  const group = parent.command('authority').description('what others need in order to trust this authority');
  const show = group.command('show').description('its name, its group, and its public keys').addHelpText('after', HELP);
  online(cli, show, (given) =>
    showAnswer(given, { operation: 'showAuthority', method: 'GET', path: '/v1/authority' }, AuthorityAnswer, (answer) =>
      [
        `${given.paint.bold(printable(answer.name))}, group ${printable(answer.group)}, key id ${answer.kid}.`,
        tableOf(
          given.paint,
          ['key', 'for', 'public key'],
          answer.keys.map(({ kid, purpose, publicKey }) => [kid, purpose, publicKey]),
        ),
        asOfText(answer),
      ].join('\n'),
    ),
  );
};
