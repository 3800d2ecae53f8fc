import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { TpmCaAnswer, TpmCasAnswer } from '../../http/codecs/reads.js';
import type { AddCommand } from '../action.js';
import { asOfQuery, withAsOf } from '../as-of-options.js';
import { readText } from '../input.js';
import { online } from '../online.js';
import { segment, sendCommand } from '../send-command.js';
import { asOfText, showAnswer } from '../show-answer.js';
import { printable, tableOf, when } from '../terminal.js';
import { addImport } from './tpm-ca-import.js';

export const tpmCaCommand: AddCommand = (parent, cli) => {
  const group = parent.command('tpm-ca').description("TPM makers' CAs that endorsement certificates may lead to");
  const trust = group.command('trust <name> <file>').description('trust a CA: its root and intermediates, PEM');
  online(cli, trust, (given) =>
    pipe(
      readText(given.args[1] ?? ''),
      TE.flatMap((chain) =>
        sendCommand(given, {
          operation: 'trustTpmCa',
          method: 'POST',
          path: '/v1/tpm-cas',
          body: { name: given.args[0], chain },
        }),
      ),
    ),
  );
  const revoke = group
    .command('revoke <name>')
    .description('no longer trust a CA')
    .requiredOption('--reason <text>', 'why, for those who read the history');
  online(cli, revoke, (given) =>
    sendCommand(given, {
      operation: 'revokeTpmCa',
      method: 'DELETE',
      path: `/v1/tpm-cas/${segment(given.args[0])}`,
      body: { reason: given.options['reason'] },
    }),
  );
  addImport(group, cli);
  online(cli, withAsOf(group.command('list')).description('all CAs, revoked ones too'), (given) => {
    const query = { ...asOfQuery(given.options) };
    return showAnswer(
      given,
      { operation: 'listTpmCas', method: 'GET', path: '/v1/tpm-cas', query },
      TpmCasAnswer,
      (answer) =>
        [
          tableOf(
            given.paint,
            ['name', 'subject', 'certificates', 'trusted', 'revoked'],
            answer.tpmCas.map(({ name, subject, chain, trusted, revoked }) => [
              printable(name),
              printable(subject),
              String(chain.length),
              `${trusted.by} ${when(trusted.time)}`,
              revoked === null ? '-' : printable(`${revoked.by} ${when(revoked.time)}: ${revoked.reason}`),
            ]),
          ),
          asOfText(answer),
        ].join('\n'),
    );
  });
  const show = group.command('show <name>').description('a CA and its certificates as PEM, root first');
  online(cli, withAsOf(show), (given) =>
    showAnswer(
      given,
      {
        operation: 'showTpmCa',
        method: 'GET',
        path: `/v1/tpm-cas/${segment(given.args[0])}`,
        query: { ...asOfQuery(given.options) },
      },
      TpmCaAnswer,
      ({ tpmCa: { subject, trusted, revoked }, chainPem, ...answer }) =>
        [
          `${printable(subject)}, trusted by ${trusted.by} at ${when(trusted.time)}`,
          ...(revoked === null
            ? []
            : [`revoked by ${revoked.by} at ${when(revoked.time)}: ${printable(revoked.reason)}`]),
          chainPem ?? 'A certificate is damaged or gone: sekisho verify says which.',
          asOfText(answer),
        ].join('\n'),
    ),
  );
};
