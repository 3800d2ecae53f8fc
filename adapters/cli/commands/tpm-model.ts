import { TpmModelsAnswer } from '../../http/codecs/reads.js';
import type { AddCommand } from '../action.js';
import { asOfQuery, instant, withAsOf } from '../as-of-options.js';
import { online } from '../online.js';
import { segment, sendCommand } from '../send-command.js';
import { asOfText, showAnswer } from '../show-answer.js';
import { printable, tableOf, when } from '../terminal.js';

const PATH = '/v1/tpm-models';

export const tpmModelCommand: AddCommand = (parent, cli) => {
  const group = parent.command('tpm-model').description('the compatibility list of TPM models and firmware');
  const add = group
    .command('add <manufacturer> <model>')
    .description('list a model, as its endorsement certificates name it')
    .requiredOption('--firmware <version...>', 'TPM firmware versions')
    .option('--bios <version...>', 'BIOS versions; default: any')
    .option('--as-of <instant>', 'date of the list it is taken from; default: now', instant);
  online(cli, add, (given) => {
    const [manufacturer, model] = given.args;
    const { firmware: firmwareVersions, bios: biosVersions = [], asOf = new Date().toISOString() } = given.options;
    const body = { manufacturer, model, firmwareVersions, biosVersions, asOf };
    return sendCommand(given, { operation: 'listTpmModel', method: 'POST', path: PATH, body });
  });
  const unlist = group
    .command('unlist <manufacturer> <model>')
    .description('take a model off the list')
    .requiredOption('--reason <text>', 'why, for those who read the history');
  online(cli, unlist, (given) =>
    sendCommand(given, {
      operation: 'delistTpmModel',
      method: 'DELETE',
      path: `${PATH}/${segment(given.args[0])}/${segment(given.args[1])}`,
      body: { reason: given.options['reason'] },
    }),
  );
  online(cli, withAsOf(group.command('list')).description('all models, unlisted ones too'), (given) => {
    const query = { ...asOfQuery(given.options) };
    return showAnswer(
      given,
      { operation: 'listTpmModels', method: 'GET', path: PATH, query },
      TpmModelsAnswer,
      (answer) =>
        [
          tableOf(
            given.paint,
            ['manufacturer', 'model', 'firmware', 'BIOS', 'listed', 'unlisted'],
            answer.tpmModels.map(({ manufacturer, model, firmwareVersions, biosVersions, listed, delisted }) => [
              printable(manufacturer),
              printable(model),
              printable(firmwareVersions.join(', ')),
              printable(biosVersions.join(', ') || 'any'),
              `${listed.by} ${when(listed.time)}`,
              delisted === null ? '-' : printable(`${delisted.by} ${when(delisted.time)}: ${delisted.reason}`),
            ]),
          ),
          asOfText(answer),
        ].join('\n'),
    );
  });
};
