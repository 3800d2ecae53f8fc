import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { ExpiringAnswer } from '../../http/codecs/certificates.js';
import type { AddCommand } from '../action.js';
import { asOfQuery, wholeNumber, withAsOf } from '../as-of-options.js';
import { EXIT } from '../failure.js';
import { type Online, online } from '../online.js';
import { asOfText } from '../show-answer.js';
import { printable, tableOf, when } from '../terminal.js';

const textOf = ({ paint }: Online, answer: ExpiringAnswer): string => {
  const { certificates, watched, days, unreadable } = answer;
  const rows = certificates.map(({ use, name, subject, notAfter, expired }) => [
    expired ? paint.red('ENDED') : paint.yellow('ends'),
    when(notAfter),
    use,
    printable(name),
    printable(subject),
  ]);
  const none = `None of ${String(watched)} certificates in use ends within ${String(days)} days.`;
  return [
    rows.length === 0 ? none : tableOf(paint, ['', 'at', 'of', 'name', 'subject'], rows),
    ...unreadable.map((digest) => paint.red(`The document ${digest} is missing or is no certificate.`)),
    asOfText(answer),
  ].join('\n');
};

export const certificatesCommand: AddCommand = (parent, cli) => {
  const group = parent.command('certificates').description('certificates that trust or keys depend on');
  const command = withAsOf(group.command('expiring'))
    .description('which of them ended or end soon; exit code 1 if there are any')
    .option('--days <n>', 'how long before the end', wholeNumber, 30)
    .addHelpText('after', '\nExample, once a day:\n  $ sekisho certificates expiring --days 60 || mail ...');
  online(cli, command, (given) => {
    const query = { days: Number(given.options['days']), ...asOfQuery(given.options) };
    const path = '/v1/certificates/expiring';
    return pipe(
      given.client.call({ operation: 'listExpiringCertificates', method: 'GET', path, query }, ExpiringAnswer),
      TE.map(({ body }) => {
        given.print(given.json ? JSON.stringify(body) : textOf(given, body));
        return body.certificates.length + body.unreadable.length === 0 ? EXIT.ok : EXIT.negative;
      }),
    );
  });
};
