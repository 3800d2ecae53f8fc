import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AgentLogLine } from '../../adapters/agent/attester.js';
import { agentDeps, runAgent } from '../../adapters/agent/run-agent.js';
import { startLabAuthority } from '../adapters/agent/lab-authority.js';
import { requireTools, VIRTUAL_MACHINE } from '../support/system-parts.js';
import { bootLogRecords } from './boot-log-records.js';
import { run } from './child.js';
import { bootMachine } from './machine.js';
import { makeTpm, type SoftwareTpm } from './software-tpm.js';

describe.runIf(requireTools(VIRTUAL_MACHINE))('a machine under emulation', () => {
  let folder: string;
  let tpm: SoftwareTpm;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sekisho-lab-test-'));
    tpm = await makeTpm(join(folder, 'tpm'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('boots with Secure Boot and lets the agent attest through its own TPM', { timeout: 240_000 }, async () => {
    const machine = await bootMachine({ tpm, commandLine: 'lab.mark=1' });
    const authority = await startLabAuthority();
    try {
      const lines: Array<AgentLogLine> = [];
      const { tcti, eventLogPath } = machine;
      const options = {
        url: authority.url,
        host: 'host-1',
        stateFolder: join(folder, 'agent'),
        intervalSeconds: 60,
        once: true,
      };
      const deps = agentDeps((line) => lines.push(line), new AbortController().signal);
      expect(await runAgent({ ...options, tcti, eventLogPath }, deps), JSON.stringify(lines)).toBe(0);
      const { records } = bootLogRecords(await readFile(eventLogPath));
      expect(records.some(({ pcr, data }) => pcr === 8 && data.includes('lab.mark=1'))).toBe(true);
    } finally {
      await authority.stop();
      await machine.stop();
    }
    expect(await processesUsing(folder, tpm.folder)).toEqual([]);
  });
});

const processesUsing = async (...texts: ReadonlyArray<string>): Promise<ReadonlyArray<string>> => {
  const all = (await run('ps', ['-eo', 'args'])).toString().split('\n');
  return all.filter((line) => texts.some((text) => line.includes(text)));
};
