import { type Command, InvalidArgumentError, Option } from 'commander';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { toBase64 } from '../../../domain/encoding/bytes.js';
import type { KeyAnswer, KeyRequest } from '../../agent/key-request.js';
import { type AddCommand, type Cli, done, perform } from '../action.js';
import { attesterOptionsOf, type Given, withAttesterOptions } from '../agent-options.js';
import { askAfterAttesting, askRunningAgent } from '../ask-agent.js';
import { badInput, type CliFailure, type ExitCode } from '../failure.js';
import { readBytes, readStandardInput } from '../input.js';
import { withNewFile } from '../new-file.js';
import { checkSecretOutput, writeSecret } from '../secret-output.js';

const MOST_CIPHERTEXT = 8_192;
const MOST_PLAINTEXT = 4_096;

const descriptor = (text: string): number => {
  if (!/^\d{1,4}$/.test(text)) throw new InvalidArgumentError('It must be an open file descriptor.');
  return Number(text);
};

const registers = (text: string): ReadonlyArray<number> => {
  if (!/^[0-7](?:,[0-7])*$/.test(text))
    throw new InvalidArgumentError('It must be registers from 0 to 7, with commas.');
  return [...new Set(text.split(',').map(Number))].sort((a, b) => a - b);
};

const sourceOf = (given: Given, asked: KeyRequest): TE.TaskEither<CliFailure, KeyAnswer> => {
  const { socket } = given;
  if (typeof socket === 'string') return askRunningAgent(socket, asked);
  const options = attesterOptionsOf(given);
  return options === undefined
    ? TE.left(badInput('WhichAuthority', 'give --socket of an agent that runs, or --url and --host to attest first'))
    : askAfterAttesting(options, asked);
};

const purposeOf = ({ purpose }: Given): { readonly purpose?: string } =>
  typeof purpose === 'string' ? { purpose } : {};

const tpmOf = ({
  tpm,
  pcrs,
}: Given): Pick<Extract<KeyRequest, { operation: 'get' }>, 'tpm'> | Record<string, never> => {
  if (tpm !== true && pcrs === undefined) return {};
  return { tpm: pcrs === undefined ? {} : { boundTo: { bank: 'sha256', pcrs: pcrs as ReadonlyArray<number> } } };
};

const keep = (
  file: string,
  write: (bytes: Uint8Array) => Promise<void>,
  { ciphertext }: KeyAnswer,
): TE.TaskEither<CliFailure, void> =>
  TE.tryCatch(
    () => write(ciphertext ?? new Uint8Array()),
    () => badInput('FileUnwritable', `${file} can not be written`),
  );

const hand = (fd: number, { key }: KeyAnswer): E.Either<CliFailure, ExitCode> =>
  pipe(
    writeSecret(fd, key ?? new Uint8Array()),
    E.map(() => done),
  );

const outputOf = ({ fd, force }: Given): TE.TaskEither<CliFailure, number> =>
  TE.fromEither(checkSecretOutput(Number(fd), force === true));

const getKey = (provider: string, file: string, given: Given): TE.TaskEither<CliFailure, ExitCode> =>
  pipe(
    outputOf(given),
    TE.flatMap((fd) =>
      withNewFile(file, (write) =>
        pipe(
          sourceOf(given, {
            operation: 'get',
            provider,
            bytes: Number(given['bytes']) as 16 | 24 | 32 | 64,
            ...purposeOf(given),
            ...tpmOf(given),
          }),
          TE.tap((answer) => keep(file, write, answer)),
          TE.flatMapEither((answer) => hand(fd, answer)),
        ),
      ),
    ),
  );

const readCiphertext = (file: string): TE.TaskEither<CliFailure, Uint8Array> =>
  file === '-' ? readStandardInput(MOST_CIPHERTEXT) : readBytes(file, MOST_CIPHERTEXT);

const sayKeyId = (cli: Cli, { keyId }: KeyAnswer): ExitCode => {
  cli.terminal.out(`${keyId}\n`);
  return done;
};

const unwrapKey = (provider: string, file: string, given: Given): TE.TaskEither<CliFailure, ExitCode> =>
  pipe(
    outputOf(given),
    TE.bindTo('fd'),
    TE.bind('ciphertext', () => readCiphertext(file)),
    TE.bind('answer', ({ ciphertext }) =>
      sourceOf(given, {
        operation: 'unwrap',
        provider,
        ciphertext: toBase64(ciphertext),
        ...purposeOf(given),
        ...tpmOf(given),
      }),
    ),
    TE.flatMapEither(({ fd, answer }) => hand(fd, answer)),
  );

const wrapKey = (cli: Cli, provider: string, file: string, given: Given): TE.TaskEither<CliFailure, ExitCode> =>
  withNewFile(file, (write) =>
    pipe(
      readStandardInput(MOST_PLAINTEXT),
      TE.flatMap((plaintext) => {
        const text = toBase64(plaintext);
        plaintext.fill(0);
        return sourceOf(given, { operation: 'wrap', provider, plaintext: text, ...purposeOf(given) });
      }),
      TE.tap((answer) => keep(file, write, answer)),
      TE.map((answer) => sayKeyId(cli, answer)),
    ),
  );

/** The old ciphertext stays usable: its file is left alone. */
const rekeyKey = (
  cli: Cli,
  provider: string,
  [file, newFile]: readonly [string, string],
  given: Given,
): TE.TaskEither<CliFailure, ExitCode> =>
  pipe(
    readCiphertext(file),
    TE.flatMap((ciphertext) => {
      const asked = { operation: 'rekey', provider, ciphertext: toBase64(ciphertext), ...purposeOf(given) } as const;
      return withNewFile(newFile, (write) =>
        pipe(
          sourceOf(given, asked),
          TE.tap((answer) => keep(newFile, write, answer)),
          TE.map((answer) => sayKeyId(cli, answer)),
        ),
      );
    }),
  );

const withAsking = (command: Command): Command =>
  withAttesterOptions(command.option('--socket <path>', 'of an agent that runs; else it attests first')).option(
    '--purpose <text>',
    'what for, for those who read the history',
  );

const withOutput = (command: Command): Command =>
  withAsking(command)
    .option('--tpm', 'delivered to a key in the TPM, not to one in memory', false)
    .option('--pcrs <list>', 'that key works only while these registers are as attested; means --tpm', registers)
    .option('--fd <n>', 'descriptor to write the key to', descriptor, 1)
    .option('--force', 'also to a terminal or a file', false);

const EXAMPLE = `
The key goes to a pipe as plain bytes, and nowhere else. What it is known by, its ciphertext, is in the file: keep it.

Examples:
  $ sekisho agent key get local data.kek --socket /run/sekisho-agent.sock | cryptsetup luksFormat /dev/sdb --key-file=-
  $ sekisho agent key unwrap local data.kek --socket /run/sekisho-agent.sock | cryptsetup open /dev/sdb data --key-file=-
  $ sekisho agent key unwrap local data.kek --url https://authority.example --host web-1 --pcrs 0,2,7 | ...

Exit codes: 1 not trusted, 2 usage, 3 refused (its reasons are said), 4 agent, TPM or authority not reached.`;

const REKEY_EXAMPLE = `
The same key unwraps from both ciphertexts. Put the new one in place of the old one, which ends with the primary key that made it
(sekisho key-provider revoke-primary-key). Revoking the old key would revoke the new one too.

Example:
  $ sekisho agent key rekey local data.kek data.kek.new --socket /run/sekisho-agent.sock && mv data.kek.new data.kek`;

export const agentKeyCommand: AddCommand = (parent, cli) => {
  const group = parent.command('key').description('keys for this host, as long as it is trusted');
  withOutput(
    group.command('get <provider> <ciphertext-file>').description('make a key; its ciphertext goes to a new file'),
  )
    .addOption(new Option('--bytes <n>', 'size').choices(['16', '24', '32', '64']).default('32'))
    .addHelpText('after', EXAMPLE)
    .action((provider: string, file: string, given: Given) => perform(cli, false, getKey(provider, file, given)));
  withOutput(
    group.command('unwrap <provider> <ciphertext-file>').description('get a key by its ciphertext (- for stdin)'),
  )
    .addHelpText('after', EXAMPLE)
    .action((provider: string, file: string, given: Given) => perform(cli, false, unwrapKey(provider, file, given)));
  withAsking(
    group.command('wrap <provider> <ciphertext-file>').description('wrap a key from stdin, at most 4096 bytes'),
  )
    .addHelpText(
      'after',
      '\nExample:\n  $ sekisho agent key wrap local old.kek --socket /run/sekisho-agent.sock < /dev/fd/3',
    )
    .action((provider: string, file: string, given: Given) => perform(cli, false, wrapKey(cli, provider, file, given)));
  withAsking(
    group
      .command('rekey <provider> <ciphertext-file> <new-file>')
      .description("wrap a key anew by the provider's current primary key; the key itself comes to nobody"),
  )
    .addHelpText('after', REKEY_EXAMPLE)
    .action((provider: string, file: string, newFile: string, given: Given) =>
      perform(cli, false, rekeyKey(cli, provider, [file, newFile], given)),
    );
};
