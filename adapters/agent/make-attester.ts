import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { HostId } from '../../domain/host/host-id.js';
import { type AgentError, describeAgentError } from './agent-error.js';
import { stateFolder } from './agent-state.js';
import type { AttestationKeyKind } from './attestation-key.js';
import type { Attester } from './attester.js';
import { authorityFor } from './authority.js';
import type { EndorsementKeyKind } from './endorsement-key.js';
import type { AddressFault } from './http-json.js';
import { type KeyService, keyServiceFor } from './key-service.js';
import { readText } from './private-files.js';
import { type ServiceLine, serviceLine } from './service-line.js';
import { readServices } from './services-in-use.js';
import { tpmTool } from './tpm-tool.js';

/** The kernel's copy of the firmware's log, as far as ExitBootServices. */
export const KERNEL_BOOT_LOG = '/sys/kernel/security/tpm0/binary_bios_measurements';

export interface AttesterOptions {
  /** The authority's address: https, or http on the loopback address. */
  readonly url: string;
  /** The id under which an operator enrolled this host. */
  readonly host: string;
  /** Made with mode 0700 when absent. */
  readonly stateFolder: string;
  /** Default: TPM2TOOLS_TCTI, or what the tools find by themselves. */
  readonly tcti?: string | undefined;
  readonly eventLogPath?: string | undefined;
  /** PEM file of the CAs to believe for the authority's TLS certificate. */
  readonly caFile?: string | undefined;
  /** PEM file of certificates between the EK's and a CA that the authority trusts. */
  readonly ekIssuersFile?: string | undefined;
  readonly attestationKeyKind?: AttestationKeyKind | undefined;
  readonly endorsementKeyKind?: EndorsementKeyKind | undefined;
}

export interface HostIdFault {
  readonly _tag: 'HostIdFault';
}

/** This host, as it speaks to its authority. */
export interface HostClient {
  readonly attester: Attester;
  readonly service: KeyService;
  readonly line: ServiceLine;
}

const optionalText = (file: string | undefined): TE.TaskEither<AgentError, string | undefined> =>
  file === undefined ? TE.right(undefined) : readText(file);

const hostIdFault: HostIdFault = { _tag: 'HostIdFault' };

export const makeAttester = (
  options: AttesterOptions,
  log: Attester['log'],
): TE.TaskEither<AgentError | AddressFault | HostIdFault, HostClient> =>
  pipe(
    HostId.is(options.host) ? TE.right(options.host) : TE.left(hostIdFault),
    TE.bindTo('host'),
    TE.bindW('ca', () => optionalText(options.caFile)),
    TE.bindW('issuers', () => optionalText(options.ekIssuersFile)),
    TE.bindW('folder', () => stateFolder(options.stateFolder)),
    TE.bindW('services', () => readServices(options.stateFolder)),
    TE.bindW('line', ({ ca, services }) => TE.fromEither(serviceLine({ url: options.url, ca }, services))),
    TE.map(({ host, issuers, line, folder }) => ({
      attester: {
        authorityUrl: options.url,
        host,
        attestationKeyKind: options.attestationKeyKind ?? 'rsassa',
        endorsementKeyKind: options.endorsementKeyKind,
        ekIssuers: issuers === undefined ? [] : [issuers],
        eventLogPath: options.eventLogPath ?? KERNEL_BOOT_LOG,
        folder,
        tool: tpmTool({ tcti: options.tcti }),
        authority: authorityFor(line.attestation, host),
        log,
      },
      service: keyServiceFor(line.keys, host),
      line,
    })),
  );

/** One line for people. */
export const describeUnusable = (fault: AgentError | AddressFault | HostIdFault): string => {
  if (fault._tag === 'AddressFault') return `the authority's address ${fault.rule}`;
  return fault._tag === 'HostIdFault' ? `the host's id must be ${HostId.name}` : describeAgentError(fault);
};
