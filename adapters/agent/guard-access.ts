import * as E from 'fp-ts/lib/Either.js';
import { describeAgentError } from './agent-error.js';
import type { AgentLogLine, Attester } from './attester.js';
import { type HeldAccess, holdAccess } from './held-access.js';
import type { KeyAccess, Round } from './key-access.js';
import type { Access, KeyService } from './key-service.js';
import { runHook } from './run-hook.js';

interface Parts {
  readonly attester: Attester;
  readonly service: KeyService;
  readonly onRevoked: string | undefined;
  readonly deps: {
    readonly log: (line: AgentLogLine) => void;
    readonly signal: AbortSignal;
    readonly now: () => number;
    readonly random: () => number;
    readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  };
}

/** Keeps what gives access to keys no longer than the authority lets this host have it. */
export interface AccessGuard {
  readonly held: HeldAccess;
  readonly attested: (round: Round) => Promise<void>;
  /** Until so many milliseconds passed or a new attestation would help. Ends at once with the agent. */
  readonly watchFor: (milliseconds: number) => Promise<void>;
}

const WAIT_SECONDS = 30;
const RETRY_MILLISECONDS = 5_000;
/** What a new attestation cures, and what therefore is no loss of trust. */
const STALE = new Set(['VerdictSuperseded', 'VerdictExpired', 'PolicyChanged']);

const lose = async (parts: Parts, reasons: ReadonlyArray<string>, keys: ReadonlyArray<string>): Promise<void> => {
  const { deps, attester, onRevoked } = parts;
  const words = { reasons: reasons.join(' '), keys: keys.join(' ') };
  deps.log({ level: 'warn', message: reasons.length > 0 ? 'access to keys ended' : 'keys revoked', ...words });
  if (onRevoked === undefined) return;
  const code = await runHook(onRevoked, { host: attester.host, ...words });
  deps.log({ level: code === 0 ? 'info' : 'error', message: 'hook ended', code });
};

type News = 'go-on' | 'attest' | 'lost';

const heed = async (parts: Parts, held: HeldAccess, { reasons, revokedKeys }: Access): Promise<News> => {
  const codes = [...new Set(reasons.map(({ code }) => code))];
  if (revokedKeys.length > 0) {
    held.forget(revokedKeys);
    await lose(parts, [], revokedKeys);
  }
  if (codes.length === 0) return 'go-on';
  held.drop();
  if (codes.every((code) => STALE.has(code))) return 'attest';
  await lose(parts, codes, held.keys());
  return 'lost';
};

const watch = async (parts: Parts, held: HeldAccess, access: KeyAccess, signal: AbortSignal): Promise<News> => {
  const { deps, service } = parts;
  while (!signal.aborted && held.current()?.wrappingKey === access.wrappingKey) {
    const asking = new AbortController();
    // A question under way does not name a key that was released after it was asked.
    held.whenReleased(() => asking.abort());
    const until = AbortSignal.any([signal, asking.signal]);
    const answer = await service.access(access.token, held.keys(), WAIT_SECONDS, until)();
    if (until.aborted) continue;
    if (E.isRight(answer)) {
      const news = await heed(parts, held, answer.right);
      if (news !== 'go-on') return news;
    } else {
      const { left } = answer;
      const wait = RETRY_MILLISECONDS * (0.5 + deps.random());
      const message = `access to keys not watched: ${describeAgentError(left)}`;
      deps.log({ level: 'warn', message, error: left._tag, retryInSeconds: Math.ceil(wait / 1_000) });
      await deps.sleep(wait, signal);
    }
  }
  return 'go-on';
};

export const guardAccess = (parts: Parts): AccessGuard => {
  const held = holdAccess();
  const { deps } = parts;
  return {
    held,
    attested: async ({ result, access }) => {
      const had = held.current() !== undefined;
      if (access !== undefined) held.replace(access);
      if (result.verdict === 'affirming' || !had) return;
      held.drop();
      await lose(parts, [...new Set(result.reasons.map(({ code }) => code))], held.keys());
    },
    watchFor: async (milliseconds) => {
      const started = deps.now();
      const access = held.current();
      if (access === undefined) return deps.sleep(milliseconds, deps.signal);
      const ended = new AbortController();
      const until = AbortSignal.any([deps.signal, ended.signal]);
      const watching = watch(parts, held, access, until);
      const news = await Promise.race([watching, deps.sleep(milliseconds, until).then((): News => 'go-on')]);
      if (news === 'lost') await deps.sleep(Math.max(0, milliseconds - (deps.now() - started)), deps.signal);
      ended.abort();
      await watching;
    },
  };
};
