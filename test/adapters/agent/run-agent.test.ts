import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AgentLogLine } from '../../../adapters/agent/attester.js';
import { type AgentOptions, agentDeps, runAgent } from '../../../adapters/agent/run-agent.js';

describe('the agent', () => {
  let folder: string;
  let lines: Array<AgentLogLine>;
  const options = (more: Partial<AgentOptions> = {}): AgentOptions => ({
    url: 'http://127.0.0.1:9',
    host: 'host-1',
    stateFolder: join(folder, 'agent'),
    intervalSeconds: 60,
    once: true,
    ...more,
  });
  const run = (more: Partial<AgentOptions>, signal = new AbortController().signal) =>
    runAgent(options(more), { ...agentDeps((line) => lines.push(line), signal), random: () => 0.5 });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sekisho-run-'));
    lines = [];
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it.each([
    [{ url: 'http://authority.example' }, "the authority's address must be https, or http on the loopback address"],
    [{ host: '../../etc' }, "the host's id must be HostId"],
    [{ caFile: '/no/such/file' }, '/no/such/file: does not exist'],
    [{ stateFolder: '/dev/null/agent' }, '/dev/null/agent: can not be made'],
  ])('refuses options that can not work: %j', async (more, message) => {
    expect(await run(more)).toBe(2);
    expect(lines.map((line) => line.message).join()).toContain(message);
  });

  it('says what is missing when the TPM can not be used, and ends with 4 when asked for one round', async () => {
    expect(await run({ tcti: 'no-such-transport' })).toBe(4);
    expect(lines).toMatchObject([{ level: 'error' }]);
  });

  it('keeps trying, later and later, until it is told to end', async () => {
    const ending = new AbortController();
    const waits: Array<number> = [];
    const sleep = (milliseconds: number): Promise<void> => {
      waits.push(milliseconds);
      if (waits.length === 4) ending.abort();
      return Promise.resolve();
    };
    const deps = { ...agentDeps((line) => lines.push(line), ending.signal), random: () => 0.5, sleep };
    expect(await runAgent(options({ once: false, tcti: 'no-such-transport' }), deps)).toBe(0);
    expect(waits).toEqual([1_500, 3_000, 6_000, 12_000]);
    expect(lines.map((line) => line['retryInSeconds'])).toEqual([2, 3, 6, 12]);
  });

  it('wakes up at once when it is told to end', async () => {
    const ending = new AbortController();
    const deps = agentDeps(() => undefined, ending.signal);
    const sleeping = deps.sleep(86_400_000, ending.signal);
    ending.abort();
    await expect(sleeping).resolves.toBeUndefined();
  });

  it('does not touch a damaged state', async () => {
    await run({ tcti: 'no-such-transport' });
    await writeFile(join(folder, 'agent', 'agent.json'), '{}');
    expect(await run({ tcti: 'no-such-transport' })).toBe(4);
    expect(lines.at(-1)?.message).toMatch(/agent\.json: .* is missing/);
  });
});
