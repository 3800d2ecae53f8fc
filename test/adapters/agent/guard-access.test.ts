import * as TE from 'fp-ts/lib/TaskEither.js';
import { describe, expect, it } from 'vitest';
import type { AgentLogLine, Attester } from '../../../adapters/agent/attester.js';
import { type AccessGuard, guardAccess } from '../../../adapters/agent/guard-access.js';
import type { Access } from '../../../adapters/agent/key-service.js';
import { makeWrappingKey } from '../../../adapters/agent/wrapping-key.js';

const LATER = '2030-01-01T00:00:00.000Z';
const affirming = { verdict: 'affirming', reasons: [], notAfter: LATER, index: 1 } as const;

const guardOf = (
  answer: Access,
): { readonly guard: AccessGuard; readonly said: Array<string>; readonly slept: Array<number> } => {
  const said: Array<string> = [];
  const slept: Array<number> = [];
  const deps = {
    log: ({ message }: AgentLogLine) => void said.push(message),
    signal: new AbortController().signal,
    now: () => 0,
    random: () => 0.5,
    sleep: (milliseconds: number, until: AbortSignal) =>
      new Promise<void>((resolve) => {
        slept.push(milliseconds);
        if (slept.length > 1) resolve();
        until.addEventListener('abort', () => resolve());
      }),
  };
  const never = (): never => {
    throw new Error('not asked here');
  };
  const service = { release: never, renew: never, access: () => TE.right(answer) };
  const attester = { host: 'host-1' } as Attester;
  return { guard: guardAccess({ attester, service, onRevoked: 'exit 3', deps }), said, slept };
};

const access = () => ({ token: 'a token', expiresAt: LATER, wrappingKey: makeWrappingKey() });
const ended = (code: string): Access => ({ allowed: false, reasons: [{ code }], revokedKeys: [] });

describe('what gives access to keys', () => {
  it.each(['VerdictSuperseded', 'VerdictExpired', 'PolicyChanged'])(
    'is dropped for a new attestation, at once and without alarm, after %s',
    async (code) => {
      const { guard, said, slept } = guardOf(ended(code));
      await guard.attested({ result: affirming, access: access() });
      await guard.watchFor(1_000);
      expect(guard.held.current()).toBeUndefined();
      expect(said).toEqual([]);
      expect(slept).toEqual([1_000]);
    },
  );

  it('is erased when trust ends, the hook is run, and the schedule goes on', async () => {
    const { guard, said, slept } = guardOf(ended('HostQuarantined'));
    const given = access();
    await guard.attested({ result: affirming, access: given });
    await guard.watchFor(1_000);
    expect(guard.held.current()).toBeUndefined();
    expect(given.wrappingKey.secretKey).toEqual(new Uint8Array(32));
    expect(said).toEqual(['access to keys ended', 'hook ended']);
    expect(slept).toEqual([1_000, 1_000]);
  });

  it('is erased when the next attestation is bad, and there is no alarm where there was no access', async () => {
    const { guard, said } = guardOf(ended('HostQuarantined'));
    const bad = { ...affirming, verdict: 'contraindicated', reasons: [{ code: 'SecureBootOff' }] } as const;
    await guard.attested({ result: bad, access: undefined });
    expect(said).toEqual([]);
    await guard.attested({ result: affirming, access: access() });
    await guard.attested({ result: bad, access: undefined });
    expect(guard.held.current()).toBeUndefined();
    expect(said).toEqual(['access to keys ended', 'hook ended']);
  });
});
