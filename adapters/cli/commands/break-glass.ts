import { BreakGlassAnswer } from '../../http/codecs/approvals.js';
import type { AddCommand } from '../action.js';
import { asOfQuery, withAsOf } from '../as-of-options.js';
import { online } from '../online.js';
import { segment, sendCommand } from '../send-command.js';
import { asOfText, showAnswer } from '../show-answer.js';
import { printable, tableOf, when } from '../terminal.js';

const PATH = '/v1/break-glass';

const HELP = `
Examples:
  $ sekisho approval require changePolicy releaseHost --break-glass-for alice bob --as alice    (two people say so)
  $ sekisho host release esx-01 --reason 'storage is down' --break-glass 'nobody else reachable, ticket 4711' --as alice
  $ sekisho break-glass list
  $ sekisho break-glass review ID --finding 'was right; ticket 4711' --as bob`;

export const breakGlassCommand: AddCommand = (parent, cli) => {
  const group = parent
    .command('break-glass')
    .description('what one person did alone that needs two')
    .addHelpText('after', HELP);
  online(
    cli,
    withAsOf(group.command('list')).description('what was done alone, and what nobody reviewed yet'),
    (given) =>
      showAnswer(
        given,
        { operation: 'listBreakGlass', method: 'GET', path: PATH, query: { ...asOfQuery(given.options) } },
        BreakGlassAnswer,
        (answer) =>
          [
            tableOf(
              given.paint,
              ['id', 'when', 'by', 'what', 'why', 'done', 'reviewed'],
              answer.breakGlass.map(({ id, used, summary, reason, done, reviewed }) => [
                id,
                when(used.time),
                used.by,
                printable(summary),
                printable(reason),
                done === null ? 'no' : 'yes',
                reviewed === null ? given.paint.red('not yet') : `${reviewed.by}: ${printable(reviewed.finding)}`,
              ]),
            ),
            `${String(answer.unreviewed)} not reviewed.`,
            asOfText(answer),
          ].join('\n'),
      ),
  );
  const review = group
    .command('review <id>')
    .description('say, as another person, what you found of it')
    .requiredOption('--finding <text>', 'for those who read the history');
  online(cli, review, (given) =>
    sendCommand(given, {
      operation: 'reviewBreakGlass',
      method: 'POST',
      path: `${PATH}/${segment(given.args[0])}/review`,
      body: { finding: given.options['finding'] },
    }),
  );
};
