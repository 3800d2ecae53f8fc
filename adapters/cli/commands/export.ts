import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { createFile, replaceFile } from '../../files/durable-file.js';
import { type AddCommand, done } from '../action.js';
import { badInput } from '../failure.js';
import { online } from '../online.js';
import { exportSite } from '../site/export-site.js';

const HELP = `
What the file has no place for stays behind: secrets, certificates of key servers, and what is past.

Example:
  $ sekisho export -f site.yaml && sekisho plan -f site.yaml      nothing to do`;

export const exportCommand: AddCommand = (parent, cli) => {
  const command = parent
    .command('export')
    .description('write what there is as a site file')
    .option('-f, --file <file>', 'where to; default: standard output')
    .option('--force', 'write over a file that is there already', false)
    .addHelpText('after', HELP);
  online(cli, command, ({ client, options, json, print }) =>
    pipe(
      exportSite(client),
      TE.flatMap(({ site, text }) => {
        const { file } = options;
        if (typeof file !== 'string') return TE.fromIO(() => print(json ? JSON.stringify(site) : text.trimEnd()));
        return pipe(
          TE.tryCatch(
            () => (options['force'] === true ? replaceFile : createFile)(file, text),
            () => badInput('FileNotWritten', `${file} is there already (--force writes over it), or can not be made`),
          ),
          TE.map(() => print(json ? JSON.stringify({ file }) : `Written to ${file}.`)),
        );
      }),
      TE.map(() => done),
    ),
  );
};
