import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { KeyChange } from '../../../domain/ledger/authority.js';
import { keyStoreOf, type OpenKeyFile, openKeyFile } from '../../key-store/key-store.js';
import type { AddCommand } from '../action.js';
import { placeOf, withAuthorityKey } from '../authority-key-options.js';
import { badInput, type CliFailure } from '../failure.js';
import { introductionOf } from '../follow-key.js';
import { keysOf, orFailure, passphraseIn, submitChanges } from '../key-changes.js';
import { nodeKeyFile } from '../node-key-file.js';
import { online } from '../online.js';

const NODE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

const introduced = (opened: OpenKeyFile, authority: string, node: string): TE.TaskEither<CliFailure, KeyChange> =>
  pipe(
    orFailure(TE.fromEither(keyStoreOf(opened))),
    TE.flatMap((store) => {
      const { kid, publicKey } = store.keys.at(-1) ?? store.publicKeys.event;
      return introductionOf(store, { authority, kid, publicKey, purpose: 'event', node, replaces: null });
    }),
  );

const HELP = `
The file goes to the node as its keys.json; the passphrase goes another way. It holds no authority key.
An attempt that was cut short is taken up again by the same command.

Example:
  $ sekisho signing-key add-node gate-2 --out gate-2.json --node-passphrase-file pass-2 --dir ./authority`;

/** One more event key, for a node that will write to the same ledger. */
export const addNode: AddCommand = (parent, cli) => {
  const command = parent
    .command('add-node <name>')
    .description('introduce an event key for another node, and write the key file for it')
    .requiredOption('--out <file>', 'key file to write')
    .requiredOption('--node-passphrase-file <file>', 'file with the passphrase that seals it')
    .addHelpText('after', HELP);
  online(cli, withAuthorityKey(command), (given) => {
    const [name = ''] = given.args;
    const file = String(given.options['out']);
    const carry = `The keys of ${name} are in ${file}: carry the file there, and keep no copy.`;
    if (!NODE.test(name))
      return TE.left(badInput('NodeNameInvalid', 'the name must be letters, digits, ".", "_", "-"'));
    return pipe(
      TE.Do as TE.TaskEither<CliFailure, object>,
      TE.bind('own', () => placeOf(given, cli.terminal.env)),
      TE.bind('answer', () => keysOf(given.client)),
      TE.bind('passphrase', () => passphraseIn(String(given.options['nodePassphraseFile']))),
      TE.bind('opened', ({ own }) => orFailure(openKeyFile(own.file, own.passphrase))),
      TE.bind('node', ({ opened, answer, passphrase }) => nodeKeyFile({ file, passphrase }, opened, name, answer)),
      TE.bind('change', ({ node, answer }) => introduced(node, answer.authority, name)),
      TE.flatMap(({ own, change }) => submitChanges(given, own, [change], [carry])),
    );
  });
};
