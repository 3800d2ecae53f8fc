import { type Command, Option } from 'commander';
import { type AttesterOptions, KERNEL_BOOT_LOG } from '../agent/make-attester.js';
import { givenValue } from './given-value.js';

export const withKeyKinds = (command: Command): Command =>
  command
    .addOption(
      new Option('--ak <kind>', 'kind of attestation key').choices(['rsassa', 'rsapss', 'ecdsa', 'ecdsa-p384']),
    )
    .addOption(new Option('--ek <kind>', 'kind of endorsement key').choices(['rsa2048', 'ecc256', 'ecc384']));

/** How a command speaks as this host: to its authority, and with its TPM. */
export const withAttesterOptions = (command: Command): Command =>
  withKeyKinds(
    command
      .option('--url <url>', 'address of the authority', givenValue)
      .option('--host <id>', 'id under which this host is enrolled')
      .option('--state <dir>', 'where the agent keeps its key and state', '/var/lib/sekisho-agent')
      .option('--tcti <tcti>', 'how tpm2-tools reach the TPM')
      .option('--event-log <file>', 'the boot log', KERNEL_BOOT_LOG)
      .option('--ca-file <file>', "CAs to believe for the authority's TLS certificate, PEM")
      .option('--ek-issuers <file>', 'certificates between the endorsement key and its CA, PEM'),
  );

export type Given = Readonly<Record<string, unknown>>;

/** Undefined: it isn't said which authority, or as whom. */
export const attesterOptionsOf = (given: Given): AttesterOptions | undefined => {
  const { url, host, state, tcti, eventLog, caFile, ekIssuers, ak, ek } = given;
  if (typeof url !== 'string' || typeof host !== 'string') return undefined;
  return {
    url,
    host,
    stateFolder: String(state),
    tcti: tcti as string | undefined,
    eventLogPath: eventLog as string | undefined,
    caFile: caFile as string | undefined,
    ekIssuersFile: ekIssuers as string | undefined,
    attestationKeyKind: ak as AttesterOptions['attestationKeyKind'],
    endorsementKeyKind: ek as AttesterOptions['endorsementKeyKind'],
  };
};
