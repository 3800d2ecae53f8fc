import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Stage } from './stage.js';

/** The first thing that a verification finds, in words; undefined: nothing. */
export type Verify = (dir: string) => Promise<{ readonly entries: number; readonly fault: string | undefined }>;

/** The name of the module that esx-03 was refused for becomes another one. */
const editOneByte = (file: string): void => {
  const bytes = readFileSync(file);
  const needle = Buffer.from('"netpwn.v00"');
  const at = bytes.indexOf(needle);
  if (at < 0) throw new Error('the ledger does not hold what the story recorded');
  bytes[at + needle.length - 2] = '1'.charCodeAt(0);
  writeFileSync(file, bytes);
};

/** On a copy: the authority's own ledger stays as it is. */
export const tamperWithACopy = async (dir: string, stage: Stage, verify: Verify): Promise<void> => {
  stage.scene(
    'One byte',
    'An attacker with the disk changes one byte of one stored event. On a copy, the ledger is verified before and after.',
  );
  const copy = mkdtempSync(join(tmpdir(), 'sekisho-tampered-'));
  try {
    cpSync(dir, copy, { recursive: true });
    const before = await verify(copy);
    if (before.fault !== undefined) throw new Error(`the untouched ledger does not verify: ${before.fault}`);
    stage.good(`${String(before.entries)} entries: every signature, chain and digest holds`);
    editOneByte(join(copy, 'ledger.db'));
    const after = await verify(copy);
    if (after.fault === undefined) throw new Error('the edited byte went unseen');
    stage.bad(stage.paint.red(after.fault));
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
};
