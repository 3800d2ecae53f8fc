import { InvalidArgumentError } from 'commander';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { formatVerifierKey, parseVerifierKey, type VerifierKey } from '../../../domain/transparency/verifier-key.js';
import { dataFolder } from '../../authority/data-folder.js';
import { logKeyOf } from '../../authority/log-key.js';
import { entryEngines } from '../../crypto/engines.js';
import { LogKeysAnswer } from '../../http/codecs/log-keys.js';
import { ConsistencyAnswer } from '../../http/routes/log.js';
import { readPublicKeys } from '../../key-store/key-store.js';
import { type ExportFault, exportTiles } from '../../transparency/export-tiles.js';
import { createFolderTileStorage } from '../../transparency/folder-tile-storage.js';
import { type AddCommand, type Cli, done, perform } from '../action.js';
import type { AuthorityClient } from '../authority-client.js';
import { authorityOptionsOf, DEFAULT_DIR, withJson } from '../authority-options.js';
import { badInput, type CliFailure, negative, unavailable } from '../failure.js';
import { online } from '../online.js';
import { openFailure } from '../open-failure.js';
import { freeFile, withForce, writeOut } from '../out-file.js';
import { remoteLog } from '../remote-log.js';
import { showAnswer } from '../show-answer.js';
import { addLedgerCopy } from './ledger-copy.js';

type Options = Readonly<Record<string, unknown>>;

const keyInFolder = (dir: string): TE.TaskEither<CliFailure, VerifierKey> =>
  pipe(
    readPublicKeys(dataFolder(dir).keys),
    TE.mapLeft(openFailure(dir)),
    TE.flatMapEither((keys) => logKeyOf(keys)),
    TE.mapLeft((fault) =>
      fault._tag === 'Malformed' ? unavailable('KeyFileInvalid', `${fault.field} ${fault.rule}`) : fault,
    ),
  );

/** The key that is believed: the one given, else the folder's own. An authority elsewhere can't vouch for itself. */
const keyFor = (cli: Cli, options: Options): TE.TaskEither<CliFailure, VerifierKey> => {
  const { url, dir } = authorityOptionsOf(options, cli.terminal.env);
  const given = options['vkey'];
  if (typeof given === 'string') {
    return pipe(
      TE.fromEither(parseVerifierKey(entryEngines.hashing, given)),
      TE.mapLeft(({ field, rule }) => badInput('VkeyInvalid', `--vkey: ${field} ${rule}`)),
    );
  }
  return url === undefined
    ? keyInFolder(dir)
    : TE.left(badInput('VkeyMissing', 'with --url the key of the log is needed', 'Give --vkey KEY.'));
};

/** Keys to know an earlier export by. Who serves the log names them, which is enough: what is believed now must continue that folder. */
const everyKey = (client: AuthorityClient, key: VerifierKey): TE.TaskEither<CliFailure, ReadonlyArray<VerifierKey>> =>
  pipe(
    client.call({ operation: 'logKeys', method: 'GET', path: '/v1/log/keys' }, LogKeysAnswer),
    TE.map(({ body: { vkeys } }) => {
      const others = vkeys.flatMap((vkey) => {
        const other = parseVerifierKey(entryEngines.hashing, vkey);
        return E.isRight(other) && other.right.name === key.name && other.right.id !== key.id ? [other.right] : [];
      });
      return [key, ...others];
    }),
  );

const exportFailure = (fault: ExportFault): CliFailure => {
  switch (fault._tag) {
    case 'NothingPublished':
      return unavailable(fault._tag, 'no checkpoint has been published yet');
    case 'ResourceDamaged':
      return negative(fault._tag, `${fault.path} is not what the checkpoint promises`);
    case 'ForeignFolder':
      return badInput(fault._tag, `the folder ${fault.rule}`, 'Nothing is overwritten: choose another folder.');
    case 'PlaceUnavailable':
      return unavailable(fault._tag, `${fault.where} can not be used: ${fault.detail}`);
    case 'StoreUnavailable':
    case 'StoreDamaged':
    case 'StoreRefused':
    case 'Conflict':
      return unavailable(fault._tag, 'the store can not be read');
  }
};

const addVkey: AddCommand = (parent, cli) => {
  withJson(parent.command('vkey'))
    .description('print the key that checkpoints of the log are verified with')
    .option('--dir <dir>', `data folder of the authority (SEKISHO_DIR, else ./${DEFAULT_DIR})`)
    .action((options: Options) => {
      const { dir, json } = authorityOptionsOf(options, cli.terminal.env);
      return perform(
        cli,
        json,
        pipe(
          keyInFolder(dir),
          TE.map(formatVerifierKey),
          TE.map((vkey) => {
            cli.terminal.out(`${json ? JSON.stringify({ vkey }) : vkey}\n`);
            return done;
          }),
        ),
      );
    });
};

const addExport: AddCommand = (parent, cli) => {
  const command = parent
    .command('export-tiles')
    .description('write the log as a plain folder that any web server can serve (C2SP tlog-tiles)')
    .argument('<folder>', 'where to write; a folder of an earlier export is continued')
    .option('--no-entries', 'hashes and checkpoint only: nothing of them names hosts or people')
    .option('--vkey <key>', 'the key of the log, for --url');
  online(cli, command, ({ client, args: [folder = ''], options, json, print }) =>
    pipe(
      keyFor(cli, options),
      TE.bindTo('key'),
      TE.bind('log', ({ key }) => remoteLog(client, key)),
      TE.bind('keys', ({ key }) => everyKey(client, key)),
      TE.flatMap(({ keys, log }) =>
        pipe(
          exportTiles({
            ...entryEngines,
            log,
            keys,
            target: createFolderTileStorage(folder),
            entries: options['entries'] !== false,
          }),
          TE.mapLeft(exportFailure),
        ),
      ),
      TE.map(({ size, written }) => {
        const text = `The log of ${String(size)} entries is in ${folder} (${String(written)} tiles written).`;
        print(json ? JSON.stringify({ size, written }) : text);
        return done;
      }),
    ),
  );
};

const parseIndex = (text: string): string => {
  if (/^(?:0|[1-9]\d{0,14})$/.test(text)) return text;
  throw new InvalidArgumentError('It must be the index of an entry.');
};

const addProve: AddCommand = (parent, cli) => {
  const command = withForce(parent.command('prove'))
    .description('write the proof that an entry is in the published log (C2SP tlog-proof)')
    .argument('<index>', 'the entry', parseIndex)
    .requiredOption('--out <file>', 'file to write');
  online(cli, command, ({ client, args: [index = ''], options, json, print }) => {
    const out = String(options['out']);
    return pipe(
      freeFile(out, options),
      TE.flatMap(() => client.blob({ operation: 'proveEvent', method: 'GET', path: `/v1/events/${index}/proof` })),
      TE.flatMap((bytes) => writeOut(out, bytes, options)),
      TE.map(() => {
        print(json ? JSON.stringify({ index: Number(index), out }) : `The proof of entry ${index} is in ${out}.`);
        return done;
      }),
    );
  });
};

const addProveConsistency: AddCommand = (parent, cli) => {
  const command = parent
    .command('prove-consistency')
    .description('the proof that the log of one size continues the one of a smaller size (RFC 6962, 2.1.2)')
    .argument('<from>', 'the smaller size, of a checkpoint that you kept', parseIndex)
    .argument('<to>', 'the larger size, of a newer checkpoint', parseIndex)
    .addHelpText('after', '\nExample:\n  $ sekisho ledger prove-consistency 1000 1204 --url https://authority:8750');
  online(cli, command, (given) => {
    const [from, to] = given.args;
    const call = { operation: 'proveConsistency', method: 'GET', path: '/v1/ledger/consistency' } as const;
    return showAnswer(given, { ...call, query: { from, to } }, ConsistencyAnswer, ({ hashes }) => hashes.join('\n'));
  });
};

/** What auditors take away: the key, the log, proofs. */
export const ledgerCommand: AddCommand = (parent, cli) => {
  const ledger = parent
    .command('ledger')
    .description('the log that anyone can check: key, tiles, proofs; and where the ledger is kept');
  for (const add of [addVkey, addExport, addProve, addProveConsistency, addLedgerCopy]) add(ledger, cli);
};
