import { randomBytes } from 'node:crypto';
import { InvalidArgumentError } from 'commander';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { OperatorRole } from '../../../domain/access/operator-role.js';
import { AttestationPolicy, DEFAULT_POLICY } from '../../../domain/appraisal/policy.js';
import { Subject } from '../../access/tokens.js';
import { dataFolder } from '../../authority/data-folder.js';
import { type FirstOperator, type Founded, foundFolder } from '../../authority/found.js';
import { DEFAULT_PREFIX, type StoreChoice } from '../../authority/store-file.js';
import { Approvable } from '../../http/approvable.js';
import { type AddCommand, type Cli, done, perform } from '../action.js';
import { DEFAULT_DIR, withJson } from '../authority-options.js';
import { badInput, type CliFailure, type ExitCode } from '../failure.js';
import { readDocument, readText } from '../input.js';
import { openFailure } from '../open-failure.js';
import { paintOf, tableOf } from '../terminal.js';

/** Two trust administrators, because an image that one proposes another has to approve. */
const DEFAULT_OPERATORS: ReadonlyArray<FirstOperator> = [
  { subject: 'trust-admin-1', role: 'trust-administrator' },
  { subject: 'trust-admin-2', role: 'trust-administrator' },
  { subject: 'workload-admin-1', role: 'workload-administrator' },
  { subject: 'auditor-1', role: 'auditor' },
];

interface Options {
  readonly dir?: string;
  readonly name: string;
  readonly group: string;
  readonly operator?: ReadonlyArray<FirstOperator>;
  readonly passphraseFile?: string;
  readonly policy?: string;
  readonly store?: string;
  readonly storePrefix: string;
  readonly twoPerson: boolean;
  readonly json: boolean;
}

const parseOperator = (text: string, before: ReadonlyArray<FirstOperator> = []): ReadonlyArray<FirstOperator> => {
  const [subject, role, ...more] = text.split(':');
  if (more.length > 0 || !Subject.is(subject) || !OperatorRole.is(role)) {
    const roles = Object.keys(OperatorRole.keys).join(', ');
    throw new InvalidArgumentError(`It must be SUBJECT:ROLE, the role one of ${roles}.`);
  }
  if (before.some((each) => each.subject === subject)) throw new InvalidArgumentError('One subject has one role.');
  return [...before, { subject, role }];
};

const passphraseOf = ({ passphraseFile }: Options): TE.TaskEither<CliFailure, string> =>
  passphraseFile === undefined
    ? TE.right(randomBytes(24).toString('base64url'))
    : pipe(
        readText(passphraseFile),
        TE.map((text) => text.replace(/\r?\n$/, '')),
      );

const policyOf = (file: string | undefined): TE.TaskEither<CliFailure, AttestationPolicy> =>
  file === undefined ? TE.right(DEFAULT_POLICY) : readDocument(file, AttestationPolicy);

const enoughPeople = (
  operators: ReadonlyArray<FirstOperator>,
  { twoPerson }: Options,
): E.Either<CliFailure, ReadonlyArray<FirstOperator>> => {
  const there = operators.filter(({ role }) => role === 'trust-administrator').length;
  if (there === 0)
    return E.left(
      badInput('NoTrustAdministrator', 'somebody must be a trust-administrator, or nobody could ever change anything'),
    );
  return twoPerson && there === 1
    ? E.left(
        badInput(
          'NoSecondPerson',
          'with --two-person two must be trust-administrators, or nothing could ever be approved',
        ),
      )
    : E.right(operators);
};

const A_DAY = 86_400;

/** Everything that a policy may name: whoever founds an authority so takes off what they don't want, with a second person. */
const everythingByTwo = {
  operations: Object.keys(Approvable.keys),
  lifetimeSeconds: A_DAY,
  breakGlass: [],
};

const nextSteps = (dir: string, generated: boolean): ReadonlyArray<string> => [
  'What next:',
  `  sekisho serve --dir ${dir}`,
  `  sekisho tpm-ca trust NAME maker-root.pem --dir ${dir}`,
  '  sekisho agent evidence evidence.json                     # on a host that boots what is good',
  `  sekisho base-image from-evidence evidence.json --version NAME --out image.json`,
  `  sekisho base-image propose image.json --dir ${dir}`,
  `  sekisho base-image approve NAME --as trust-admin-2 --dir ${dir}`,
  `  sekisho host enrol HOST --dir ${dir}`,
  '',
  `Each token is in ${dataFolder(dir).tokenFolder}; give each to its owner and keep it nowhere else.`,
  ...(generated
    ? [
        `The passphrase of the keys is in ${dataFolder(dir).passphrase}: whoever reads this folder can sign as the authority.`,
      ]
    : []),
];

const print = (
  cli: Cli,
  dir: string,
  options: Options,
  { kid, tokens }: Founded,
  operators: ReadonlyArray<FirstOperator>,
): ExitCode => {
  const paint = paintOf(cli.terminal);
  const rows = operators.map(({ subject, role }) => [subject, role, tokens.get(subject) ?? '']);
  if (options.json) {
    const listed = operators.map((each) => ({ ...each, token: tokens.get(each.subject) }));
    cli.terminal.out(`${JSON.stringify({ dir, name: options.name, group: options.group, kid, operators: listed })}\n`);
    return done;
  }
  const text = [
    `${paint.bold(options.name)} is founded in ${dir}. Its key id is ${paint.bold(kid)}: write it down, it is what others pin.`,
    '',
    tableOf(paint, ['operator', 'role', 'token (shown once)'], rows),
    '',
    ...nextSteps(dir, options.passphraseFile === undefined),
  ];
  cli.terminal.out(`${text.join('\n')}\n`);
  return done;
};

const storeOf = (cli: Cli, { store, storePrefix: prefix }: Options): StoreChoice | undefined => {
  const url = store ?? cli.terminal.env['SEKISHO_STORE'];
  return url === undefined || url === '' ? undefined : { url, prefix };
};

const work = (cli: Cli, options: Options): TE.TaskEither<CliFailure, ExitCode> => {
  const dir = options.dir ?? cli.terminal.env['SEKISHO_DIR'] ?? DEFAULT_DIR;
  const { name, group } = options;
  return pipe(
    TE.fromEither(enoughPeople(options.operator ?? DEFAULT_OPERATORS, options)),
    TE.bindTo('operators'),
    TE.bind('passphrase', () => passphraseOf(options)),
    TE.bind('policy', () => policyOf(options.policy)),
    TE.bind('founded', ({ operators, passphrase, policy }) => {
      const keepPassphrase = options.passphraseFile === undefined;
      return pipe(
        foundFolder({
          dir,
          name,
          group,
          policy,
          operators,
          approvals: options.twoPerson ? everythingByTwo : undefined,
          passphrase,
          keepPassphrase,
          store: storeOf(cli, options),
        }),
        TE.mapLeft(openFailure(dir)),
      );
    }),
    TE.map(({ founded, operators }) => print(cli, dir, options, founded, operators)),
  );
};

const GROUP = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

const parseGroup = (text: string): string => {
  if (!GROUP.test(text)) throw new InvalidArgumentError('It must be letters, digits, ".", "_", "-", at most 64.');
  return text;
};

const parseName = (text: string): string => {
  if (text.length < 1 || text.length > 128) throw new InvalidArgumentError('It must have 1 to 128 characters.');
  return text;
};

const HELP = `
Without --passphrase-file a passphrase is made and kept in the folder, so that the authority starts by itself: convenient,
and worth as much as the folder's permissions. With it, the keys open only for who has the passphrase.

Examples:
  $ sekisho init --dir ./authority
  $ sekisho init --dir ./authority --passphrase-file /run/secrets/sekisho \\
      --operator alice:trust-administrator --operator bob:trust-administrator --operator carol:auditor
  $ sekisho init --dir ./authority --two-person
  $ SEKISHO_STORE='esdb://sekisho:PASSWORD@db1:2113,db2:2113,db3:2113' sekisho init --dir ./authority`;

export const initCommand: AddCommand = (parent, cli) => {
  withJson(parent.command('init'))
    .description('found an authority in an empty folder: keys, ledger, operators and their tokens')
    .option('--dir <dir>', `the folder (SEKISHO_DIR, else ./${DEFAULT_DIR})`)
    .option('--name <name>', 'what the authority is called', parseName, 'Sekisho')
    .option('--group <group>', 'which group of hosts its reference values are for', parseGroup, 'default')
    .option('--operator <subject:role>', 'an operator; may be given again', parseOperator)
    .option('--two-person', 'whatever can take two people does, from the first entry on (docs/people.md)', false)
    .option('--passphrase-file <file>', 'file with the passphrase that encrypts the keys')
    .option('--policy <file>', 'the first attestation policy; default: the built-in one')
    .option('--store <url>', 'keep the ledger in this EventStoreDB (esdb://...), not in the folder; SEKISHO_STORE')
    .option('--store-prefix <name>', 'what the names of its streams begin with there', DEFAULT_PREFIX)
    .addHelpText('after', HELP)
    .action((options: Options) => perform(cli, options.json, work(cli, options)));
};
