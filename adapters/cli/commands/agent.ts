import { InvalidArgumentError } from 'commander';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { AgentLogLine } from '../../agent/attester.js';
import { type AgentOptions, agentDeps, runAgent } from '../../agent/run-agent.js';
import { type AddCommand, type Cli, perform } from '../action.js';
import { attesterOptionsOf, type Given, withAttesterOptions } from '../agent-options.js';
import { badInput, type CliFailure } from '../failure.js';
import { addAgentEvidence } from './agent-evidence.js';
import { agentKeyCommand } from './agent-key.js';

const parseInterval = (text: string): number => {
  const seconds = Number(text);
  if (!(seconds >= 1 && seconds <= 604_800)) throw new InvalidArgumentError('It must be 1 to 604800 seconds.');
  return seconds;
};

const optionsOf = (given: Given): TE.TaskEither<CliFailure, AgentOptions> => {
  const attester = attesterOptionsOf(given);
  const { interval, once, socket, onRevoked, keepServices } = given;
  if (attester === undefined) return TE.left(badInput('WhichAuthority', 'give --url and --host'));
  return TE.right({
    ...attester,
    intervalSeconds: Number(interval),
    once: once === true,
    keepServices: keepServices === true,
    socket: socket as string | undefined,
    onRevoked: onRevoked as string | undefined,
  });
};

const run = async (cli: Cli, options: AgentOptions): Promise<0 | 1 | 2 | 3 | 4> => {
  const ended = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => ended.abort());
  const log = (line: AgentLogLine): void =>
    cli.terminal.out(`${JSON.stringify({ time: new Date().toISOString(), ...line })}\n`);
  return runAgent(options, agentDeps(log, ended.signal));
};

const HELP = `
Needs tpm2-tools 5 or later, access to the TPM and to the kernel's boot log: usually root. It certifies an attestation key once,
then attests on its schedule, and waits longer and longer while the authority can not be reached.

Each attestation makes a fresh wrapping key and gets a token for keys: both stay in memory. With --socket local programs get
keys through them (sekisho agent key); when the host's access ends they are dropped at once, and --on-revoked is run, with
SEKISHO_HOST, SEKISHO_REASONS and SEKISHO_KEYS (ids of the keys that went through this agent) in its environment.

After each attestation it says which services it uses: those of --url, or what a remediation of its cluster told it to use, kept in
--state. Told of others it attests there first, and stays where it is if that fails.

Examples:
  $ sekisho agent --url https://authority.example --host web-1 --ca-file authority-ca.pem
  $ sekisho agent --url https://authority.example --host web-1 --socket /run/sekisho-agent.sock \\
      --on-revoked 'cryptsetup luksSuspend data'
  $ sekisho agent --url http://127.0.0.1:8750 --host lab-1 --tcti swtpm:port=2321 --event-log firmware.log --once`;

export const agentCommand: AddCommand = (parent, cli) => {
  const command = parent.command('agent').description('attest this host to an authority, once or on a schedule');
  withAttesterOptions(command)
    .option('--interval <seconds>', 'time between attestations', parseInterval, 900)
    .option('--once', 'attest once and end', false)
    .option('--keep-services', 'go on using the services in use, whatever a remediation says', false)
    .option('--socket <path>', 'where local programs of this user get keys')
    .option('--on-revoked <command>', 'run by the shell when access to keys ended or a key was revoked')
    .addHelpText('after', HELP)
    .action((given: Given) =>
      perform(
        cli,
        false,
        pipe(
          optionsOf(given),
          TE.flatMap((options) => TE.fromTask(() => run(cli, options))),
        ),
      ),
    );
  agentKeyCommand(command, cli);
  addAgentEvidence(command, cli);
};
