import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bootLogRecords, EV_NO_ACTION } from './boot-log-records.js';
import { run } from './child.js';
import { type RunningTpm, type SoftwareTpm, startTpm } from './software-tpm.js';

export interface ReplayedTpm extends RunningTpm {
  readonly eventLogPath: string;
}

const TOOL_NAMES = new Map([
  [0x04, 'sha1'],
  [0x0b, 'sha256'],
  [0x0c, 'sha384'],
  [0x0d, 'sha512'],
]);
const AT_ONCE = 32;

const extensionsOf = (log: Buffer, banks: ReadonlyArray<string>): ReadonlyArray<string> =>
  bootLogRecords(log)
    .records.filter((record) => record.eventType !== EV_NO_ACTION)
    .map((record) => {
      const digests = [...record.digests]
        .map(([algorithm, digest]) => [TOOL_NAMES.get(algorithm) ?? '', digest] as const)
        .filter(([bank]) => banks.includes(bank));
      return `${String(record.pcr)}:${digests.map(([bank, digest]) => `${bank}=${digest.toString('hex')}`).join(',')}`;
    });

/** A TPM without a machine, whose PCRs are what `log` says: as if a machine with this log had booted on it. */
export const replayIntoTpm = async (
  tpm: SoftwareTpm,
  log: Buffer,
  banks: ReadonlyArray<string> = ['sha256'],
): Promise<ReplayedTpm> => {
  const running = await startTpm(tpm);
  try {
    const extensions = extensionsOf(log, banks);
    for (let i = 0; i < extensions.length; i += AT_ONCE) {
      await run('tpm2_pcrextend', extensions.slice(i, i + AT_ONCE), { TPM2TOOLS_TCTI: running.tcti });
    }
    const eventLogPath = join(tpm.folder, 'boot-log.bin');
    await writeFile(eventLogPath, log);
    return { ...running, eventLogPath };
  } catch (reason) {
    await running.stop();
    throw reason;
  }
};
