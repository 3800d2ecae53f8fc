import { setTimeout } from 'node:timers/promises';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { HostId } from '../../domain/host/host-id.js';
import { type AgentError, describeAgentError } from './agent-error.js';
import { stateFolder } from './agent-state.js';
import { attest } from './attest.js';
import type { AttestationKeyKind } from './attestation-key.js';
import { untilNextAttestation, untilRetry } from './attestation-schedule.js';
import type { AgentLogLine, Attester } from './attester.js';
import { type AttestationResult, authorityFor } from './authority.js';
import type { EndorsementKeyKind } from './endorsement-key.js';
import { type AddressFault, postJson } from './http-post.js';
import { readText } from './private-files.js';
import { tpmTool } from './tpm-tool.js';

/** The kernel's copy of the firmware's log, as far as ExitBootServices. */
export const KERNEL_BOOT_LOG = '/sys/kernel/security/tpm0/binary_bios_measurements';

export interface AgentOptions {
  /** The authority's address: https, or http on the loopback address. */
  readonly url: string;
  /** The id under which an operator enrolled this host. */
  readonly host: string;
  /** Made with mode 0700 when absent. */
  readonly stateFolder: string;
  readonly intervalSeconds: number;
  /** One round, then the exit code. */
  readonly once: boolean;
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

export interface AgentDeps {
  readonly log: (line: AgentLogLine) => void;
  /** Ends the agent between two rounds. */
  readonly signal: AbortSignal;
  readonly now: () => number;
  readonly random: () => number;
  /** Ends at once when `signal` does; never rejects. */
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

/** The machine's own clock, randomness and patience. */
export const agentDeps = (log: AgentDeps['log'], signal: AbortSignal): AgentDeps => ({
  log,
  signal,
  now: Date.now,
  random: Math.random,
  sleep: (milliseconds, until) => setTimeout(milliseconds, undefined, { signal: until }).catch(() => undefined),
});

/** 0 affirming, or ended by signal; 1 contraindicated; 2 unusable options; 3 refused by the authority; 4 it, or the TPM, unreachable. */
export type AgentExitCode = 0 | 1 | 2 | 3 | 4;

const exitCodeOf = (result: E.Either<AgentError, AttestationResult>): AgentExitCode => {
  if (E.isRight(result)) return result.right.verdict === 'affirming' ? 0 : 1;
  return result.left._tag === 'AuthorityRefused' && result.left.status < 500 ? 3 : 4;
};

const attesterFor = (options: AgentOptions, deps: AgentDeps): TE.TaskEither<AgentError | AddressFault, Attester> => {
  const optionalText = (file: string | undefined): TE.TaskEither<AgentError, string | undefined> =>
    file === undefined ? TE.right(undefined) : readText(file);
  return pipe(
    TE.Do,
    TE.bind('ca', () => optionalText(options.caFile)),
    TE.bind('issuers', () => optionalText(options.ekIssuersFile)),
    TE.bindW('post', ({ ca }) => TE.fromEither(postJson({ url: options.url, ca }))),
    TE.bindW('folder', () => stateFolder(options.stateFolder)),
    TE.map(
      ({ issuers, post, folder }): Attester => ({
        authorityUrl: options.url,
        host: options.host,
        attestationKeyKind: options.attestationKeyKind ?? 'rsassa',
        endorsementKeyKind: options.endorsementKeyKind,
        ekIssuers: issuers === undefined ? [] : [issuers],
        eventLogPath: options.eventLogPath ?? KERNEL_BOOT_LOG,
        folder,
        tool: tpmTool({ tcti: options.tcti }),
        authority: authorityFor(post, options.host),
        log: deps.log,
      }),
    ),
  );
};

const logVerdict = (log: AgentDeps['log'], { verdict, reasons, notAfter, index }: AttestationResult): void => {
  const codes = [...new Set(reasons.map((reason) => reason.code))].join(' ');
  if (verdict === 'affirming') log({ level: 'info', message: 'attested', verdict, notAfter, index });
  else log({ level: 'warn', message: 'attestation refused', verdict, reasons: codes, index });
};

const logFailure = (log: AgentDeps['log'], error: AgentError, retryMilliseconds?: number): void =>
  log({
    level: 'error',
    message: describeAgentError(error),
    error: error._tag,
    ...(error._tag === 'AuthorityRefused' ? { code: error.code } : {}),
    ...(retryMilliseconds === undefined ? {} : { retryInSeconds: Math.ceil(retryMilliseconds / 1_000) }),
  });

const retryAfterOf = (error: AgentError): number | undefined =>
  error._tag === 'AuthorityRefused' || error._tag === 'AuthorityNotFound' ? error.retryAfterSeconds : undefined;

const keepAttesting = async (attester: Attester, options: AgentOptions, deps: AgentDeps): Promise<AgentExitCode> => {
  const schedule = { intervalMilliseconds: options.intervalSeconds * 1_000, random: deps.random };
  let failures = 0;
  while (!deps.signal.aborted) {
    const result = await attest(attester)();
    if (E.isRight(result)) logVerdict(deps.log, result.right);
    failures = E.isRight(result) ? 0 : failures + 1;
    const wait = E.isRight(result)
      ? untilNextAttestation(schedule, trustLeft(result.right, deps.now()))
      : untilRetry(schedule, failures, retryAfterOf(result.left));
    if (E.isLeft(result)) logFailure(deps.log, result.left, wait);
    await deps.sleep(wait, deps.signal);
  }
  return 0;
};

/** A clock that differs much from the authority's must not make the agent hurry. */
const trustLeft = ({ verdict, notAfter }: AttestationResult, now: number): number | undefined => {
  const left = Date.parse(notAfter) - now;
  return verdict === 'affirming' && left > 0 ? left : undefined;
};

/** Attests until `signal`, or once. Never rejects. */
export const runAgent = async (options: AgentOptions, deps: AgentDeps): Promise<AgentExitCode> => {
  if (!HostId.is(options.host)) {
    deps.log({ level: 'error', message: `the host's id must be ${HostId.name}` });
    return 2;
  }
  const attester = await attesterFor(options, deps)();
  if (E.isLeft(attester)) {
    const { left } = attester;
    const message = left._tag === 'AddressFault' ? `the authority's address ${left.rule}` : describeAgentError(left);
    deps.log({ level: 'error', message });
    return 2;
  }
  if (!options.once) return keepAttesting(attester.right, options, deps);
  const result = await attest(attester.right)();
  if (E.isRight(result)) logVerdict(deps.log, result.right);
  else logFailure(deps.log, result.left);
  return exitCodeOf(result);
};
