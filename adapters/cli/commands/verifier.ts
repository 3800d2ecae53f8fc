import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { builtPage } from '../../verifier-page/built-page.js';
import { type AddCommand, done, perform } from '../action.js';
import { withJson } from '../authority-options.js';
import { unavailable } from '../failure.js';
import { freeFile, withForce, writeOut } from '../out-file.js';

const HELP = `
The page checks bundles in a browser, without a network and without this program: hand it to whoever gets a bundle. It is
also served at /verifier.

Example:
  $ sekisho verifier --out verifier.html`;

export const verifierCommand: AddCommand = (parent, cli) => {
  withForce(withJson(parent.command('verifier')))
    .description('write the page that checks bundles in a browser, as one file')
    .requiredOption('--out <file>', 'file to write')
    .addHelpText('after', HELP)
    .action((options: Readonly<Record<string, unknown>>) => {
      const out = String(options['out']);
      const json = options['json'] === true;
      return perform(
        cli,
        json,
        pipe(
          freeFile(out, options),
          TE.flatMap(() =>
            pipe(
              builtPage,
              TE.mapLeft(({ _tag }) => unavailable(_tag, 'the page was not built', 'Build it: npm run build.')),
            ),
          ),
          TE.tap((page) => writeOut(out, page, options)),
          TE.map(({ length }) => {
            cli.terminal.out(`${json ? JSON.stringify({ out, bytes: length }) : `The verifier page is in ${out}.`}\n`);
            return done;
          }),
        ),
      );
    });
};
