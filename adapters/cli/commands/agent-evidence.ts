import { open } from 'node:fs/promises';
import { Option } from 'commander';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { HashAlgorithm } from '../../../domain/tpm/algorithms.js';
import type { AgentError } from '../../agent/agent-error.js';
import { collectEvidence, type EvidenceFile, type EvidenceOptions } from '../../agent/collect-evidence.js';
import { KERNEL_BOOT_LOG } from '../../agent/make-attester.js';
import { readText } from '../../agent/private-files.js';
import { tpmTool } from '../../agent/tpm-tool.js';
import { type AddCommand, done, perform } from '../action.js';
import { type Given, withKeyKinds } from '../agent-options.js';
import { failureOf } from '../ask-agent.js';
import { badInput, type CliFailure } from '../failure.js';

const issuersOf = ({ ekIssuers }: Given): TE.TaskEither<AgentError, ReadonlyArray<string>> =>
  typeof ekIssuers !== 'string'
    ? TE.right([])
    : pipe(
        readText(ekIssuers),
        TE.map((text) => [text]),
      );

const collected = (given: Given): TE.TaskEither<AgentError, EvidenceFile> =>
  pipe(
    issuersOf(given),
    TE.flatMap((ekIssuers) =>
      collectEvidence({
        tool: tpmTool({ tcti: given['tcti'] as string | undefined }),
        eventLogPath: String(given['eventLog']),
        bank: given['bank'] as HashAlgorithm,
        attestationKeyKind: (given['ak'] ?? 'rsassa') as EvidenceOptions['attestationKeyKind'],
        endorsementKeyKind: given['ek'] as EvidenceOptions['endorsementKeyKind'],
        ekIssuers,
      }),
    ),
  );

/** Never over another file: it may be the evidence that an image was made from. */
const save = (file: string, evidence: EvidenceFile): TE.TaskEither<CliFailure, void> =>
  TE.tryCatch(
    async () => {
      const handle = await open(file, 'wx', 0o600);
      await handle.writeFile(`${JSON.stringify(evidence, null, 1)}\n`).finally(() => handle.close());
    },
    () => badInput('FileNotNew', `${file} can not be made, or is there already`),
  );

const HELP = `
Asks no authority. The quote is over a nonce of its own and by a key made for it, so nobody can attest with the file; what it
says of this host's firmware and boot is for those who review it.

Example, on a reference host, and then where images are made:
  $ sekisho agent evidence web-1.json
  $ sekisho base-image from-evidence web-1.json --version debian-12.7 --out debian-12.7.json`;

export const addAgentEvidence: AddCommand = (parent, cli) => {
  const command = parent
    .command('evidence <file>')
    .description("write this host's evidence to a new file, to make a base image from or to judge offline")
    .option('--tcti <tcti>', 'how tpm2-tools reach the TPM')
    .option('--event-log <file>', 'the boot log', KERNEL_BOOT_LOG)
    .option('--ek-issuers <file>', 'certificates between the endorsement key and its CA, PEM')
    .addOption(new Option('--bank <hash>', 'registers to quote').choices(['sha256', 'sha384']).default('sha256'));
  withKeyKinds(command)
    .addHelpText('after', HELP)
    .action((file: string, given: Given) =>
      perform(
        cli,
        false,
        pipe(
          collected(given),
          TE.mapLeft(failureOf),
          TE.flatMap((evidence) => save(file, evidence)),
          TE.map(() => {
            cli.terminal.out(`Written to ${file}. Next: sekisho base-image from-evidence ${file} --version NAME\n`);
            return done;
          }),
        ),
      ),
    );
};
