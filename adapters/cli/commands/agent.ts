import { InvalidArgumentError, Option } from 'commander';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { AgentLogLine } from '../../agent/attester.js';
import { type AgentOptions, agentDeps, KERNEL_BOOT_LOG, runAgent } from '../../agent/run-agent.js';
import { type AddCommand, type Cli, perform } from '../action.js';

type Options = Omit<AgentOptions, 'intervalSeconds'> & { readonly interval: number };

const parseInterval = (text: string): number => {
  const seconds = Number(text);
  if (!(seconds >= 1 && seconds <= 604_800)) throw new InvalidArgumentError('It must be 1 to 604800 seconds.');
  return seconds;
};

const run = async (cli: Cli, { interval, ...options }: Options): Promise<0 | 1 | 2 | 3 | 4> => {
  const ended = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => ended.abort());
  const log = (line: AgentLogLine): void =>
    cli.terminal.out(`${JSON.stringify({ time: new Date().toISOString(), ...line })}\n`);
  return runAgent({ ...options, intervalSeconds: interval }, agentDeps(log, ended.signal));
};

const HELP = `
Needs tpm2-tools 5 or later, access to the TPM and to the kernel's boot log: usually root. It certifies an attestation key once,
then attests on its schedule, and waits longer and longer while the authority can not be reached.

Examples:
  $ sekisho agent --url https://authority.example --host web-1 --ca-file authority-ca.pem
  $ sekisho agent --url http://127.0.0.1:8750 --host lab-1 --tcti swtpm:port=2321 --event-log firmware.log --once`;

export const agentCommand: AddCommand = (parent, cli) => {
  parent
    .command('agent')
    .description('attest this host to an authority, once or on a schedule')
    .requiredOption('--url <url>', 'address of the authority')
    .requiredOption('--host <id>', 'id under which this host is enrolled')
    .option('--state <dir>', 'where the agent keeps its key and state', '/var/lib/sekisho-agent')
    .option('--interval <seconds>', 'time between attestations', parseInterval, 900)
    .option('--once', 'attest once and end', false)
    .option('--tcti <tcti>', 'how tpm2-tools reach the TPM')
    .option('--event-log <file>', 'the boot log', KERNEL_BOOT_LOG)
    .option('--ca-file <file>', "CAs to believe for the authority's TLS certificate, PEM")
    .option('--ek-issuers <file>', 'certificates between the endorsement key and its CA, PEM')
    .addOption(
      new Option('--ak <kind>', 'kind of attestation key').choices(['rsassa', 'rsapss', 'ecdsa', 'ecdsa-p384']),
    )
    .addOption(new Option('--ek <kind>', 'kind of endorsement key').choices(['rsa2048', 'ecc256', 'ecc384']))
    .addHelpText('after', HELP)
    .action((given: Options & Readonly<Record<string, never>>) =>
      perform(
        cli,
        false,
        TE.fromTask(() => run(cli, optionsOf(given))),
      ),
    );
};

const optionsOf = (given: Readonly<Record<string, unknown>>): Options => {
  const { url, host, state, interval, once, tcti, eventLog, caFile, ekIssuers, ak, ek } = given;
  return {
    url: String(url),
    host: String(host),
    stateFolder: String(state),
    interval: Number(interval),
    once: once === true,
    tcti: tcti as string | undefined,
    eventLogPath: eventLog as string | undefined,
    caFile: caFile as string | undefined,
    ekIssuersFile: ekIssuers as string | undefined,
    attestationKeyKind: ak as Options['attestationKeyKind'],
    endorsementKeyKind: ek as Options['endorsementKeyKind'],
  };
};
