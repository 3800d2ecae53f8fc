import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { EndorsementKeyAnswer, EndorsementKeysAnswer } from '../../http/codecs/reads.js';
import type { AddCommand } from '../action.js';
import { asOfQuery, withAsOf } from '../as-of-options.js';
import { keyFormOf, withKeyForms } from '../key-form.js';
import { online } from '../online.js';
import { segment, sendCommand } from '../send-command.js';
import { asOfText, showAnswer } from '../show-answer.js';
import { printable, tableOf, when } from '../terminal.js';
import { addImport } from './endorsement-key-import.js';

const PATH = '/v1/endorsement-keys';

export const endorsementKeyCommand: AddCommand = (parent, cli) => {
  const group = parent.command('endorsement-key').description('endorsement keys by themselves: listed or revoked');
  const trust = group.command('trust <name>').description('put an endorsement key on the list');
  online(cli, withKeyForms(trust), (given) =>
    pipe(
      keyFormOf(given.options),
      TE.flatMap((key) =>
        sendCommand(given, {
          operation: 'trustEndorsementKey',
          method: 'POST',
          path: PATH,
          body: { name: given.args[0], ...key },
        }),
      ),
    ),
  );
  const revoke = group
    .command('revoke <name>')
    .description('take a key off the list; with --digest also one that was never on it')
    .option('--digest <hex>', 'its publicKeyDigest')
    .requiredOption('--reason <text>', 'why, for those who read the history');
  online(cli, revoke, (given) =>
    sendCommand(given, {
      operation: 'revokeEndorsementKey',
      method: 'DELETE',
      path: `${PATH}/${segment(given.args[0])}`,
      body: { reason: given.options['reason'], publicKeyDigest: given.options['digest'] },
    }),
  );
  addImport(group, cli);
  online(cli, withAsOf(group.command('list')).description('all listed and revoked keys'), (given) => {
    const query = { ...asOfQuery(given.options) };
    return showAnswer(
      given,
      { operation: 'listEndorsementKeys', method: 'GET', path: PATH, query },
      EndorsementKeysAnswer,
      (answer) =>
        [
          tableOf(
            given.paint,
            ['name', 'digest', 'listed', 'revoked'],
            answer.endorsementKeys.map(({ name, publicKeyDigest, trusted, revoked }) => [
              printable(name),
              publicKeyDigest,
              trusted === null ? '-' : `${trusted.by} ${when(trusted.time)}`,
              revoked === null ? '-' : printable(`${revoked.by} ${when(revoked.time)}: ${revoked.reason}`),
            ]),
          ),
          asOfText(answer),
        ].join('\n'),
    );
  });
  const show = group.command('show <name>').description('one key, with its certificate if it came with one');
  online(cli, withAsOf(show), (given) =>
    showAnswer(
      given,
      {
        operation: 'showEndorsementKey',
        method: 'GET',
        path: `${PATH}/${segment(given.args[0])}`,
        query: { ...asOfQuery(given.options) },
      },
      EndorsementKeyAnswer,
      ({ endorsementKey: { publicKeyDigest, trusted, revoked }, certificatePem, ...answer }) =>
        [
          publicKeyDigest,
          ...(trusted === null ? [] : [`listed by ${trusted.by} at ${when(trusted.time)}`]),
          ...(revoked === null
            ? []
            : [`revoked by ${revoked.by} at ${when(revoked.time)}: ${printable(revoked.reason)}`]),
          ...(certificatePem === null ? [] : [certificatePem.trimEnd()]),
          asOfText(answer),
        ].join('\n'),
    ),
  );
};
