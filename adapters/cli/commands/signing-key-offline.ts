import { writeFile } from 'node:fs/promises';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { KeyChange } from '../../../domain/ledger/authority.js';
import { KeyRequest, SignedKeyChange } from '../../../domain/ledger/key-request.js';
import { removeFile } from '../../access/private-files.js';
import { dataFolder } from '../../authority/data-folder.js';
import { changePassphrase, exportKeys } from '../../key-store/change-keys.js';
import { type AddCommand, done, perform } from '../action.js';
import { placeOf } from '../authority-key-options.js';
import { authorityOptionsOf, DEFAULT_DIR, withJson } from '../authority-options.js';
import { badInput, type CliFailure, unavailable } from '../failure.js';
import { inUse } from '../follow-key.js';
import { readDocument } from '../input.js';
import { applySigned, keysOf, orFailure, ownPlace, passphraseIn, signRequest } from '../key-changes.js';
import { online } from '../online.js';
import { passphraseOf } from '../passphrase.js';
import { printable } from '../terminal.js';

type Options = Readonly<Record<string, unknown>>;

const inWords = (change: KeyChange): string => {
  switch (change.type) {
    case 'IntroduceSigningKey':
      return `introduce ${change.purpose} key ${change.kid}${change.node === null ? '' : ` of node ${change.node}`}, ${change.endorsement === null ? 'endorsed by no earlier key' : `endorsed by ${change.replaces ?? ''}`}`;
    case 'RetireSigningKey':
      return `retire key ${change.kid}`;
    case 'RotateAuthorityKey':
      return `hand over from authority key ${change.replaces} to ${change.kid}`;
    case 'DeclareKeyCompromised':
      return `declare key ${change.kid} compromised since ${change.since}: ${change.reason}`;
  }
};

const addExport: AddCommand = (parent, cli) => {
  const command = parent
    .command('export-authority-key <file>')
    .description('move the authority key out of the data folder, into a file that can be kept offline')
    .requiredOption('--new-passphrase-file <file>', 'file with the passphrase that seals it');
  online(cli, command, (given) => {
    const [file = ''] = given.args;
    return pipe(
      placeOf(given, cli.terminal.env),
      TE.bindTo('own'),
      TE.bind('answer', () => keysOf(given.client)),
      TE.bind('passphrase', () => passphraseIn(String(given.options['newPassphraseFile']))),
      TE.bind('kid', ({ answer }) =>
        TE.fromNullable(unavailable('KeyNotHeld', 'no authority key is in use'))(inUse(answer, 'authority')?.kid),
      ),
      TE.tap(({ own, passphrase, kid }) => orFailure(exportKeys(own, { file, passphrase }, [kid]))),
      TE.map(({ kid }) => {
        const text = `Authority key ${kid} is in ${file} and no longer in the data folder. Backups made before still hold it.`;
        given.print(given.json ? JSON.stringify({ kid, file }) : text);
        return done;
      }),
    );
  });
};

const addSign: AddCommand = (parent, cli) => {
  withJson(parent.command('sign-request <file>'))
    .description('sign a request with the authority key; needs no ledger and no network')
    .requiredOption('--authority-key <file>', 'file of the authority key')
    .requiredOption('--authority-passphrase-file <file>', 'file with its passphrase')
    .requiredOption('--out <file>', 'where to write what was signed')
    .action((file: string, options: Options) => {
      const out = String(options['out']);
      return perform(
        cli,
        options['json'] === true,
        pipe(
          readDocument(file, KeyRequest),
          TE.bindTo('request'),
          TE.bind('passphrase', () => passphraseIn(String(options['authorityPassphraseFile']))),
          TE.bind('signed', ({ request, passphrase }) =>
            signRequest({ file: String(options['authorityKey']), passphrase }, request),
          ),
          TE.tap(({ signed }) =>
            TE.tryCatch(
              () => writeFile(out, `${JSON.stringify(signed)}\n`, { flag: 'wx' }),
              (): CliFailure => badInput('FileUnwritable', `${out} can not be written, or is there already`),
            ),
          ),
          TE.map(({ request }) => {
            const lines = request.changes.map((change) => `  ${printable(inWords(change))}`);
            const text = [
              `Signed for authority ${request.authority}, asked by ${request.actor.subject}:`,
              ...lines,
              `in ${out}`,
            ];
            cli.terminal.out(`${options['json'] === true ? JSON.stringify({ out }) : text.join('\n')}\n`);
            return done;
          }),
        ),
      );
    });
};

const addApply: AddCommand = (parent, cli) => {
  const command = parent.command('apply <file>').description('record changes that the authority key signed elsewhere');
  online(cli, command, (given) =>
    pipe(
      placeOf(given, cli.terminal.env),
      TE.bindTo('own'),
      TE.bind('signed', () => readDocument(given.args[0] ?? '', SignedKeyChange)),
      TE.flatMap(({ own, signed }) => applySigned(given, [own], signed, [])),
    ),
  );
};

/** The passphrase that `init` left in the folder opens nothing any more. */
const forgetKept = (dir: string): TE.TaskEither<CliFailure, void> =>
  pipe(
    removeFile(dataFolder(dir).passphrase),
    TE.mapLeft(({ file, rule }) => unavailable('FileFault', `${file} ${rule}`)),
  );

const addPassphrase: AddCommand = (parent, cli) => {
  withJson(parent.command('passphrase'))
    .description('seal the key file under another passphrase')
    .option('--dir <dir>', `data folder of the authority (SEKISHO_DIR, else ./${DEFAULT_DIR})`)
    .option('--passphrase-file <file>', 'file with the passphrase as it is now')
    .requiredOption('--new-passphrase-file <file>', 'file with the next one')
    .action((options: Options) => {
      const authority = authorityOptionsOf(options, cli.terminal.env);
      return perform(
        cli,
        authority.json,
        pipe(
          passphraseOf(authority),
          TE.flatMapEither((passphrase) => ownPlace(authority.dir, passphrase)),
          TE.bindTo('own'),
          TE.bind('next', () => passphraseIn(String(options['newPassphraseFile']))),
          TE.flatMap(({ own, next }) => orFailure(changePassphrase(own, next))),
          TE.tap(() => (authority.passphraseFile === undefined ? forgetKept(authority.dir) : TE.right(undefined))),
          TE.map(() => {
            const text = [
              'The key file is sealed under the new passphrase. Copies made before still open with the old one: if somebody',
              'may know it, rotate the keys too. Start a running server again before its keys are changed next.',
            ];
            cli.terminal.out(`${authority.json ? JSON.stringify({ changed: true }) : text.join('\n')}\n`);
            return done;
          }),
        ),
      );
    });
};

/** What keeps the authority key away from the network, and the key file's own seal. */
export const offlineKeyCommands: ReadonlyArray<AddCommand> = [addExport, addSign, addApply, addPassphrase];
