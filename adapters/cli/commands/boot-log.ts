import type { Command } from 'commander';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { parseBootLog } from '../../../domain/boot-log/parse-boot-log.js';
import { nodeHashing } from '../../crypto/node/hashing.js';
import { type AddCommand, type Cli, done, perform } from '../action.js';
import { withJson } from '../authority-options.js';
import { type BootLogDocument, bootLogDocument } from '../boot-log-document.js';
import { bootLogText } from '../boot-log-text.js';
import { badInput, type CliFailure } from '../failure.js';
import { readBytes } from '../input.js';
import { paintOf } from '../terminal.js';
import { addBootLogCompare } from './boot-log-compare.js';

const documentOf =
  (file: string) =>
  (bytes: Uint8Array): E.Either<CliFailure, BootLogDocument> =>
    pipe(
      parseBootLog(bytes),
      E.bimap(
        ({ code, offset, event, rule }) => {
          const where = event === undefined ? '' : `measurement ${String(event)}, `;
          return badInput(code, `${file}: ${rule} (${where}offset ${String(offset)})`);
        },
        (log) => bootLogDocument(nodeHashing, log),
      ),
    );

const show = (cli: Cli, file: string, json: boolean): Promise<void> =>
  perform(
    cli,
    json,
    pipe(
      readBytes(file),
      TE.flatMapEither(documentOf(file)),
      TE.map((document) => {
        cli.terminal.out(json ? `${JSON.stringify(document)}\n` : `${bootLogText(paintOf(cli.terminal), document)}\n`);
        return done;
      }),
    ),
  );

const EXAMPLES = `
Examples:
  $ sekisho boot-log show /sys/kernel/security/tpm0/binary_bios_measurements
  $ sekisho boot-log show firmware.log --json | jq '.pcrs.sha256["7"]'

A field marked "=" is covered by the measured digest; one marked "~" is a claim of the log, which nothing vouches for.
Nothing at all is proved before the replayed registers equal quoted ones: that is what "sekisho appraise" looks at.`;

export const bootLogCommand: AddCommand = (parent, cli) => {
  const group: Command = parent.command('boot-log').description('look into boot logs, without any authority');
  withJson(group.command('show <file>'))
    .description('decode a TCG boot log: registers, measurements, claims and what is wrong with it')
    .addHelpText('after', EXAMPLES)
    .action((file: string, options: { readonly json: boolean }) => show(cli, file, options.json));
  addBootLogCompare(group, cli);
};
