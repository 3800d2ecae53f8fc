import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EvidenceFile } from '../../adapters/agent/collect-evidence.js';
import { requireTools, SOFTWARE_TPM } from '../support/system-parts.js';
import { bootLogRecords } from './boot-log-records.js';
import { esxiBootLog } from './esxi-boot-log.js';
import { ESXI_803, withExtraModule } from './esxi-releases.js';
import { collectEvidence, makeHostKeys } from './evidence.js';
import { replayIntoTpm } from './replayed-tpm.js';
import { makeTpm } from './software-tpm.js';

const recorded = async (name: string): Promise<EvidenceFile> =>
  JSON.parse(await readFile(new URL(`../vectors/evidence/${name}.json`, import.meta.url), 'utf8')) as EvidenceFile;

describe.runIf(requireTools(SOFTWARE_TPM))('a TPM without a machine', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sekisho-replay-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('has after the replay of a real log the registers of the machine that wrote it', async () => {
    const file = await recorded('linux-secure-boot-rsassa');
    const tpm = await makeTpm(join(folder, 'linux'));
    const running = await replayIntoTpm(tpm, Buffer.from(file.eventLog, 'base64'));
    try {
      const keys = await makeHostKeys(running.tcti, join(folder, 'keys'), { kind: 'ecdsa', ek: 'ecc384' });
      const evidence = await collectEvidence(running, keys, tpm.ekIssuers);
      expect(evidence.pcrs).toEqual(file.pcrs);
      expect(evidence.eventLog).toBe(file.eventLog);
      expect(evidence.akName).not.toBe(file.akName);
    } finally {
      await running.stop();
    }
  });

  it('can be given the log of an ESXi host on real firmware', async () => {
    const file = await recorded('linux-secure-boot-rsassa');
    const log = esxiBootLog(Buffer.from(file.eventLog, 'base64'), withExtraModule(ESXI_803));
    const { records } = bootLogRecords(log);
    expect(records.filter(({ pcr }) => pcr >= 11).every(({ eventType }) => eventType === 6)).toBe(true);
    expect(records.filter(({ pcr, data }) => pcr === 13 && data.includes('netpwn.v00\0'))).toHaveLength(1);
    const tpm = await makeTpm(join(folder, 'esxi'));
    const running = await replayIntoTpm(tpm, log);
    try {
      const keys = await makeHostKeys(running.tcti, join(folder, 'keys'), { kind: 'rsapss', ek: 'rsa2048' });
      const evidence = await collectEvidence(running, keys, tpm.ekIssuers);
      const [firmware, esxi] = [file.pcrs['sha256'], evidence.pcrs['sha256']];
      expect([esxi?.['7'], esxi?.['8']]).toEqual([firmware?.['7'], '00'.repeat(32)]);
      expect(esxi?.['13']).not.toBe('00'.repeat(32));
    } finally {
      await running.stop();
    }
  });
});
