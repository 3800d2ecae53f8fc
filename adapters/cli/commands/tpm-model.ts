import type { Command } from 'commander';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { TpmModelsAnswer } from '../../http/codecs/reads.js';
import type { AddCommand, Cli } from '../action.js';
import { asOfQuery, instant, withAsOf } from '../as-of-options.js';
import { EXIT } from '../failure.js';
import { type Online, online } from '../online.js';
import { segment, sendCommand } from '../send-command.js';
import { asOfText, showAnswer } from '../show-answer.js';
import { printable, tableOf, when } from '../terminal.js';

const PATH = '/v1/tpm-models';

type Model = TpmModelsAnswer['tpmModels'][number];

const modelsTable = ({ paint }: Online, models: ReadonlyArray<Model>): string =>
  tableOf(
    paint,
    ['manufacturer', 'model', 'firmware', 'BIOS', 'as of', 'listed', 'unlisted'],
    models.map(({ manufacturer, model, firmwareVersions, biosVersions, asOf, listed, delisted, stale }) => [
      printable(manufacturer),
      printable(model),
      printable(firmwareVersions.join(', ')),
      printable(biosVersions.join(', ') || 'any'),
      stale ? paint.red(`${when(asOf)} STALE`) : when(asOf),
      `${listed.by} ${when(listed.time)}`,
      delisted === null ? '-' : printable(`${delisted.by} ${when(delisted.time)}: ${delisted.reason}`),
    ]),
  );

const staleText = ({ paint }: Online, { stale, maxAgeDays }: TpmModelsAnswer): string =>
  stale === 0
    ? `No listed model is older than policy allows (${maxAgeDays === null ? 'it sets no limit' : `${String(maxAgeDays)} days`}).`
    : paint.yellow(
        `${String(stale)} are older than the ${String(maxAgeDays)} days of policy: look them up again, and list them anew. They go on counting.`,
      );

const addReads = (group: Command, cli: Cli): void => {
  const call = (given: Online) =>
    ({ operation: 'listTpmModels', method: 'GET', path: PATH, query: { ...asOfQuery(given.options) } }) as const;
  online(cli, withAsOf(group.command('list')).description('all models, unlisted ones too'), (given) =>
    showAnswer(given, call(given), TpmModelsAnswer, (answer) =>
      [
        modelsTable(given, answer.tpmModels),
        ...(answer.stale === 0 ? [] : [staleText(given, answer)]),
        asOfText(answer),
      ].join('\n'),
    ),
  );
  const stale = withAsOf(group.command('stale'))
    .description('models listed so long ago that policy wants them looked up again; exit code 1 if there are any')
    .addHelpText('after', '\nExample, once a day:\n  $ sekisho tpm-model stale || mail ...');
  online(cli, stale, (given) =>
    pipe(
      given.client.call(call(given), TpmModelsAnswer),
      TE.map(({ body }) => {
        const tpmModels = body.tpmModels.filter((each) => each.stale);
        const table = tpmModels.length === 0 ? [] : [modelsTable(given, tpmModels)];
        const text = [...table, staleText(given, body), asOfText(body)].join('\n');
        given.print(given.json ? JSON.stringify({ ...body, tpmModels }) : text);
        return body.stale === 0 ? EXIT.ok : EXIT.negative;
      }),
    ),
  );
};

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
  addReads(group, cli);
};
