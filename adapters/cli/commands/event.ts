import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { EntryAnswer } from '../../http/codecs/reads.js';
import { type AddCommand, done } from '../action.js';
import { unavailable } from '../failure.js';
import { online } from '../online.js';
import { segment } from '../send-command.js';
import { printable } from '../terminal.js';

const HELP = `
Example:
  $ sekisho event show 1204 --as auditor-1

It is shown as it was signed. What proves that it is in the log: sekisho ledger prove 1204.`;

export const eventCommand: AddCommand = (parent, cli) => {
  const group = parent.command('event').description('entries of the ledger, for auditors');
  const show = group
    .command('show <index>')
    .description('one entry, as it was signed: who, when, what, and what it builds on')
    .addHelpText('after', HELP);
  online(cli, show, ({ client, args, json, print }) =>
    pipe(
      client.call({ operation: 'showEvent', method: 'GET', path: `/v1/events/${segment(args[0])}` }, EntryAnswer),
      TE.flatMap(({ body }) =>
        TE.tryCatch(
          () =>
            Promise.resolve({
              body,
              signed: JSON.parse(Buffer.from(body.event.bytes, 'base64').toString()) as unknown,
            }),
          () => unavailable('EntryDamaged', 'the entry is no JSON'),
        ),
      ),
      TE.map(({ body, signed }) => {
        const lines = JSON.stringify(signed, null, 2).split('\n').map(printable);
        print(json ? JSON.stringify({ ...body, signed }) : lines.join('\n'));
        return done;
      }),
    ),
  );
};
