import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { KeyStatement } from '../../../domain/ledger/key-statement.js';
import { keyStoreOf, makeKey, type OpenKeyFile, openKeyFile, writeKeyFile } from '../../key-store/key-store.js';
import type { AddCommand } from '../action.js';
import { placeOf, withAuthorityKey } from '../authority-key-options.js';
import { badInput, type CliFailure, unavailable } from '../failure.js';
import { introductionOf } from '../follow-key.js';
import { keysOf, orFailure, passphraseIn, submitChanges } from '../key-changes.js';
import { online } from '../online.js';

const NODE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** A node signs events with a key of its own; checkpoints, tokens and challenges are the authority's on every node. */
const nodeFile = (own: OpenKeyFile, node: string): OpenKeyFile | undefined => {
  const made = makeKey('event', node, false);
  if (made === undefined) return undefined;
  const shared = own.file.keys.filter(({ purpose }) => purpose === 'log' || purpose === 'token');
  const seeds = shared.flatMap(({ kid }) => {
    const seed = own.secrets.seeds[kid];
    return seed === undefined ? [] : [[kid, seed] as const];
  });
  return {
    file: { v: 2, authority: own.file.authority, keys: [...shared, made.listed], sealed: null },
    secrets: { ...own.secrets, seeds: Object.fromEntries([...seeds, [made.listed.kid, made.seed]]) },
  };
};

const HELP = `
The file goes to the node as its keys.json; the passphrase goes another way. It holds no authority key.

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
    const out = String(given.options['out']);
    if (!NODE.test(name))
      return TE.left(badInput('NodeNameInvalid', 'the name must be letters, digits, ".", "_", "-"'));
    return pipe(
      TE.Do as TE.TaskEither<CliFailure, object>,
      TE.bind('own', () => placeOf(given, cli.terminal.env)),
      TE.bind('answer', () => keysOf(given.client)),
      TE.bind('passphrase', () => passphraseIn(String(given.options['nodePassphraseFile']))),
      TE.bind('opened', ({ own }) => orFailure(openKeyFile(own.file, own.passphrase))),
      TE.bind('node', ({ opened }) =>
        TE.fromNullable(unavailable('KeySelfCheckFailed', 'no key could be made'))(nodeFile(opened, name)),
      ),
      TE.bind('store', ({ node }) => orFailure(TE.fromEither(keyStoreOf(node)))),
      TE.tap(({ node, passphrase }) => orFailure(writeKeyFile(out, node, passphrase))),
      TE.bind('change', ({ answer, store }) => {
        const { kid, publicKey } = store.keys.at(-1) ?? store.publicKeys.event;
        const statement: KeyStatement = {
          authority: answer.authority,
          kid,
          publicKey,
          purpose: 'event',
          node: name,
          replaces: null,
        };
        return introductionOf(store, statement);
      }),
      TE.flatMap(({ own, change }) =>
        submitChanges(
          given,
          own,
          [change],
          [`The keys of ${name} are in ${out}: carry the file there, and keep no copy.`],
        ),
      ),
    );
  });
};
