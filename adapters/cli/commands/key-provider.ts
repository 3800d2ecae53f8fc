import type { Command } from 'commander';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { toBase64, utf8 } from '../../../domain/encoding/bytes.js';
import type { Operation } from '../../http/permissions.js';
import type { Method } from '../../http/route.js';
import type { AddCommand, Cli } from '../action.js';
import { wholeNumber } from '../as-of-options.js';
import type { Call } from '../authority-client.js';
import type { CliFailure, ExitCode } from '../failure.js';
import { readText } from '../input.js';
import { type Online, type OnlineWork, online } from '../online.js';
import { segment, sendCommand } from '../send-command.js';
import { addHistory } from '../show-history.js';
import { addPrimaryKeys } from './key-provider-primary-keys.js';
import { addKeyProviderReads } from './key-provider-reads.js';

const PATH = '/v1/key-providers';
const pathOf = ({ args }: Online, rest = ''): string => `${PATH}/${segment(args[0])}${rest}`;

type Options = Readonly<Record<string, unknown>>;

const list = (value: unknown): ReadonlyArray<string> => (Array.isArray(value) ? value.map(String) : []);

/** `name=host:port` */
const serverOf = (text: string): Readonly<Record<string, string>> => {
  const [name = '', ...address] = text.split('=');
  return { name, address: address.join('=') };
};

const releaseOf = (options: Options): unknown => {
  const { tokenUses, requireWitnesses, purpose } = options;
  if (tokenUses === undefined && requireWitnesses === undefined && purpose === undefined) return undefined;
  return {
    tokenUses: tokenUses ?? null,
    requireWitnessedVerdict: requireWitnesses === true,
    purposes: list(purpose),
  };
};

const settingsOf = (options: Options): Options => ({
  description: options['description'],
  proxy: options['proxy'],
  connectionTimeoutSeconds: options['timeout'],
  username: options['username'],
  primaryKeyMayLeave: options['primaryKeyMayLeave'],
  serves: options['serves'] === undefined ? undefined : list(options['serves']),
  release: releaseOf(options),
});

const withSettings = (command: Command): Command =>
  command
    .option('--description <text>', 'what people call it')
    .option('--proxy <host:port>', 'HTTP proxy to the key servers')
    .option('--timeout <seconds>', 'connection time-out', wholeNumber)
    .option('--username <name>', 'for key servers that ask for one; its credential is set with set-credential')
    .option('--primary-key-may-leave', 'fetch the primary key where the key server can not encrypt')
    .option('--serves <cluster...>', 'trusted clusters whose hosts it serves; default: every host')
    .option('--token-uses <n>', 'how often one token may be used', wholeNumber)
    .option('--require-witnesses', 'release only on verdicts that witnesses cosigned')
    .option('--purpose <text...>', 'what a key may be asked for; default: anything');

interface Verb {
  readonly usage: string;
  readonly description: string;
  readonly operation: Operation;
  readonly method: Method;
  readonly path: (given: Online) => string;
  readonly body?: (given: Online) => unknown;
}

const callOf = ({ operation, method, path, body }: Verb, given: Online): Call => ({
  operation,
  method,
  path: path(given),
  ...(body === undefined ? {} : { body: body(given) }),
});

const verb = (group: Command, cli: Cli, described: Verb, options = (command: Command): Command => command): void => {
  const command = options(group.command(described.usage).description(described.description));
  online(cli, command, (given) => sendCommand(given, callOf(described, given)));
};

const REASON = ['--reason <text>', 'why, for those who read the history'] as const;
const withReason = (command: Command): Command => command.requiredOption(...REASON);

const addServers = (group: Command, cli: Cli): void => {
  verb(group, cli, {
    usage: 'add-server <provider> <name> <address>',
    description: 'add a key server, as host:port; all of a provider hold the same keys',
    operation: 'addKeyServer',
    method: 'POST',
    path: (given) => pathOf(given, '/servers'),
    body: ({ args }) => ({ name: args[1], address: args[2] }),
  });
  verb(
    group,
    cli,
    {
      usage: 'remove-server <provider> <name>',
      description: 'take a key server away; the last one stays',
      operation: 'removeKeyServer',
      method: 'DELETE',
      path: (given) => pathOf(given, `/servers/${segment(given.args[1])}`),
      body: ({ options }) => ({ reason: options['reason'] }),
    },
    withReason,
  );
};

/** Reads files first, then sends what is in them. */
const withFiles =
  (
    files: (given: Online) => ReadonlyArray<string>,
    call: (given: Online, texts: ReadonlyArray<string>) => Call,
  ): OnlineWork =>
  (given) =>
    pipe(
      files(given),
      TE.traverseArray(readText),
      TE.flatMap((texts): TE.TaskEither<CliFailure, ExitCode> => sendCommand(given, call(given, texts))),
    );

const addCertificates = (group: Command, cli: Cli): void => {
  verb(group, cli, {
    usage: 'issue-certificate <provider>',
    description: 'a new key with a self-signed client certificate, in the place of what was there',
    operation: 'issueClientCertificate',
    method: 'POST',
    path: (given) => pathOf(given, '/client-certificate'),
  });
  verb(group, cli, {
    usage: 'issue-csr <provider>',
    description: 'a new key and a certificate request; show prints it',
    operation: 'issueClientCsr',
    method: 'POST',
    path: (given) => pathOf(given, '/client-certificate/csr'),
  });
  const replace = group
    .command('replace-certificate <provider> <file>')
    .description('another client certificate, PEM: of the requested key, or with --key')
    .option('--key <file>', 'its private key, PEM');
  online(
    cli,
    replace,
    withFiles(
      ({ args, options }) => [args[1] ?? '', ...(typeof options['key'] === 'string' ? [options['key']] : [])],
      (given, [certificate, privateKey]) => ({
        operation: 'replaceClientCertificate',
        method: 'PUT',
        path: pathOf(given, '/client-certificate'),
        body: { certificate, privateKey },
      }),
    ),
  );
  const trust = group
    .command('trust-peers <provider> <file...>')
    .description('which certificates, or CAs, the key servers may show: the whole list, PEM');
  online(
    cli,
    trust,
    withFiles(
      ({ args }) => args.slice(1),
      (given, certificates) => ({
        operation: 'trustPeerCertificates',
        method: 'PUT',
        path: pathOf(given, '/peer-certificates'),
        body: { certificates },
      }),
    ),
  );
};

const addSecrets = (group: Command, cli: Cli): void => {
  const credential = group
    .command('set-credential <provider> <file>')
    .description("set the username's password, from a file whose line end is dropped; never read back");
  online(
    cli,
    credential,
    withFiles(
      ({ args }) => [args[1] ?? ''],
      (given, [text = '']) => ({
        operation: 'setKeyServerCredential',
        method: 'PUT',
        path: pathOf(given, '/credential'),
        body: { credential: toBase64(utf8(text.replace(/\r?\n$/, ''))) },
      }),
    ),
  );
  const primary = group
    .command('primary-key <provider>')
    .description('wrap new keys with another primary key from now on')
    .option('--create <name>', 'have the key server make it')
    .option('--id <id>', 'one that is there already');
  online(cli, primary, (given) =>
    sendCommand(given, {
      operation: 'changePrimaryKey',
      method: 'PUT',
      path: pathOf(given, '/primary-key'),
      body: { primaryKey: given.options['id'], create: given.options['create'] },
    }),
  );
};

const addLife = (group: Command, cli: Cli): void => {
  const create = withSettings(
    group
      .command('create <provider>')
      .description('create a key provider; it releases nothing before it has a primary key')
      .option('--kind <kind>', 'software or kmip', 'software')
      .option('--server <name=host:port...>', 'its key servers')
      .option('--primary-key <id>', 'one that the key server has already'),
  ).addHelpText(
    'after',
    '\nExamples:\n  $ sekisho key-provider create local\n  $ sekisho key-provider primary-key local --create first\n  $ sekisho key-provider create hsm --kind kmip --server a=kms-a:5696 b=kms-b:5696',
  );
  online(cli, create, (given) => {
    const { kind, server, primaryKey } = given.options;
    const servers = server === undefined ? undefined : list(server).map(serverOf);
    const body = { id: given.args[0], kind, servers, primaryKey, ...settingsOf(given.options) };
    return sendCommand(given, { operation: 'createKeyProvider', method: 'POST', path: PATH, body });
  });
  const set = withSettings(group.command('set <provider>').description('change settings; the others stay'));
  online(cli, set, (given) =>
    sendCommand(given, {
      operation: 'changeKeyProvider',
      method: 'PUT',
      path: pathOf(given),
      body: settingsOf(given.options),
    }),
  );
  verb(group, cli, {
    usage: 'observe <provider>',
    description: 'look at every key server now, and record what changed',
    operation: 'observeKeyProvider',
    method: 'POST',
    path: (given) => pathOf(given, '/observe'),
  });
  verb(
    group,
    cli,
    {
      usage: 'remove <provider>',
      description: 'release nothing from then on; its primary keys are kept',
      operation: 'removeKeyProvider',
      method: 'DELETE',
      path: pathOf,
      body: ({ options }) => ({ reason: options['reason'] }),
    },
    withReason,
  );
};

export const keyProviderCommand: AddCommand = (parent, cli) => {
  const group = parent.command('key-provider').description('where keys for trusted hosts come from');
  addLife(group, cli);
  addKeyProviderReads(group, cli);
  addHistory(group, cli, { what: 'provider', operation: 'showKeyProviderHistory', path: '/v1/key-providers' });
  addServers(group, cli);
  addCertificates(group, cli);
  addSecrets(group, cli);
  addPrimaryKeys(group, cli);
};
