import { setTimeout } from 'node:timers/promises';
import * as E from 'fp-ts/lib/Either.js';
import { untilRetry } from '../net/back-off.js';
import { type AgentError, describeAgentError } from './agent-error.js';
import { attest } from './attest.js';
import { untilNextAttestation } from './attestation-schedule.js';
import type { AgentLogLine } from './attester.js';
import type { AttestationResult } from './authority.js';
import { followServices } from './follow-services.js';
import { guardAccess } from './guard-access.js';
import { openKeySocket } from './key-socket.js';
import { type AttesterOptions, describeUnusable, type HostClient, makeAttester } from './make-attester.js';
import { eraseWrappingKey } from './wrapping-key.js';

export interface AgentOptions extends AttesterOptions {
  readonly intervalSeconds: number;
  /** One round, then the exit code. */
  readonly once: boolean;
  /** Goes on using the services it uses, whatever a remediation says. */
  readonly keepServices?: boolean | undefined;
  /** Where local programs ask for keys; undefined: nowhere. */
  readonly socket?: string | undefined;
  /** Run by the shell when access to keys ended, or a key that went through here was revoked. */
  readonly onRevoked?: string | undefined;
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

export const exitCodeOf = (error: AgentError): 3 | 4 =>
  error._tag === 'AuthorityRefused' && error.status < 500 ? 3 : 4;

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

/** A clock that differs much from the authority's must not make the agent hurry. */
const trustLeft = ({ verdict, notAfter }: AttestationResult, now: number): number | undefined => {
  const left = Date.parse(notAfter) - now;
  return verdict === 'affirming' && left > 0 ? left : undefined;
};

const keepAttesting = async (client: HostClient, options: AgentOptions, deps: AgentDeps): Promise<AgentExitCode> => {
  const schedule = { intervalMilliseconds: options.intervalSeconds * 1_000, random: deps.random };
  const access = guardAccess({ ...client, onRevoked: options.onRevoked, deps });
  const parts = { ...client, keepServices: options.keepServices === true };
  const socket = await openKeySocket(options.socket, client, access.held);
  if (E.isLeft(socket)) {
    logFailure(deps.log, socket.left);
    return 2;
  }
  let failures = 0;
  while (!deps.signal.aborted) {
    const round = await attest(client.attester)();
    if (E.isRight(round)) {
      logVerdict(deps.log, round.right.result);
      await access.attested(await followServices(parts, round.right));
    }
    failures = E.isRight(round) ? 0 : failures + 1;
    const wait = E.isRight(round)
      ? untilNextAttestation(schedule, trustLeft(round.right.result, deps.now()))
      : untilRetry(schedule, failures, retryAfterOf(round.left));
    if (E.isLeft(round)) logFailure(deps.log, round.left, wait);
    await access.watchFor(wait);
  }
  await socket.right();
  access.held.drop();
  return 0;
};

/** Attests until `signal`, or once. Never rejects. */
export const runAgent = async (options: AgentOptions, deps: AgentDeps): Promise<AgentExitCode> => {
  const made = await makeAttester(options, deps.log)();
  if (E.isLeft(made)) {
    deps.log({ level: 'error', message: describeUnusable(made.left) });
    return 2;
  }
  if (!options.once) return keepAttesting(made.right, options, deps);
  const round = await attest(made.right.attester)();
  if (E.isLeft(round)) {
    logFailure(deps.log, round.left);
    return exitCodeOf(round.left);
  }
  logVerdict(deps.log, round.right.result);
  const { result, access } = await followServices(
    { ...made.right, keepServices: options.keepServices === true },
    round.right,
  );
  if (access !== undefined) eraseWrappingKey(access.wrappingKey);
  return result.verdict === 'affirming' ? 0 : 1;
};
