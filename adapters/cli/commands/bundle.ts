import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type AddCommand, done } from '../action.js';
import { instant } from '../as-of-options.js';
import { online } from '../online.js';
import { freeFile, withForce, writeOut } from '../out-file.js';
import { segment } from '../send-command.js';

const HELP = `
Whoever has the file and the key of the log (sekisho ledger vkey) can check all of it without this authority: with
sekisho verify FILE --vkey KEY, or by dropping it into the page that sekisho verifier writes.

The file names the host and those who acted on it, and holds its evidence; --tail adds what was recorded about others.

Examples:
  $ sekisho bundle --host web-1 --out web-1.bundle
  $ sekisho bundle --host web-1 --from 2026-11-01 --to 2026-11-30T23:59:59.999Z --out november.bundle
  $ sekisho verify november.bundle --vkey sekisho/3f2a9c0d51b7e846+...`;

export const bundleCommand: AddCommand = (parent, cli) => {
  const command = withForce(parent.command('bundle'))
    .description('write everything that was recorded about a host as one file that proves itself')
    .requiredOption('--host <host>', 'whose events')
    .option('--from <instant>', 'only those recorded at or after', instant)
    .option('--to <instant>', 'only those recorded at or before', instant)
    .option('--no-evidence', 'without evidence and reference documents; no verdict can be made again then')
    .option(
      '--tail',
      "with every later entry, whosever, so that nobody's word is needed for there being no more",
      false,
    )
    .requiredOption('--out <file>', 'file to write')
    .addHelpText('after', HELP);
  online(cli, command, ({ client, options, json, print }) => {
    const [host, out] = [String(options['host']), String(options['out'])];
    const query = {
      from: options['from'] as string | undefined,
      to: options['to'] as string | undefined,
      evidence: options['evidence'] === false ? 'no' : undefined,
      tail: options['tail'] === true ? 'yes' : undefined,
    };
    const path = `/v1/hosts/${segment(host)}/bundle`;
    return pipe(
      freeFile(out, options),
      TE.flatMap(() => client.blob({ operation: 'bundleHost', method: 'GET', path, query })),
      TE.tap((bytes) => writeOut(out, bytes, options)),
      TE.map(({ length }) => {
        print(
          json
            ? JSON.stringify({ host, out, bytes: length })
            : `The events of ${host} are in ${out} (${String(length)} bytes).`,
        );
        return done;
      }),
    );
  });
};
