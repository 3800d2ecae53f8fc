import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { entryEngines } from '../../../adapters/crypto/engines.js';
import { fromUtf8 } from '../../../domain/encoding/bytes.js';
import { openCheckpoint } from '../../../domain/transparency/checkpoint.js';
import { parseVerifierKey } from '../../../domain/transparency/verifier-key.js';
import { type HandedOver, handedOver, type Moment } from '../../support/handed-over.js';
import { right } from '../../support/ledger.js';
import { run } from '../../support/run-cli.js';

const folder = mkdtempSync(join(tmpdir(), 'sekisho-test-'));
let past: HandedOver;
beforeAll(async () => {
  past = await handedOver(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const opens = ({ checkpoint }: Pick<Moment, 'checkpoint'>, { vkey }: Pick<Moment, 'vkey'>): boolean =>
  E.isRight(
    openCheckpoint(entryEngines.verifyEd25519, [right(parseVerifierKey(entryEngines.hashing, vkey))], checkpoint),
  );

describe('a log whose key follows another', () => {
  it('signs with both keys until the old one is retired, and with the new one alone from then on', () => {
    const { before, during, after } = past;
    expect([during.vkey, after.vkey]).toEqual([after.vkey, after.vkey]);
    expect(before.vkey).not.toBe(after.vkey);
    const [old, next] = [before, after];
    expect([before, during, after].map((moment) => [opens(moment, old), opens(moment, next)])).toEqual([
      [true, false],
      [true, true],
      [false, true],
    ]);
    const signatures = [before, during, after].map(({ checkpoint }) => fromUtf8(checkpoint)?.match(/^— /gm)?.length);
    expect(signatures).toEqual([1, 2, 1]);
  });

  it('keeps its name, and every exported folder continues it', () => {
    const names = [past.before, past.during, past.after].map(({ vkey }) => vkey.split('+')[0]);
    expect(new Set(names).size).toBe(1);
    const size = (checkpoint: Uint8Array): number => Number(fromUtf8(checkpoint)?.split('\n')[1]);
    expect(size(new Uint8Array(readFileSync(join(past.tiles, 'checkpoint'))))).toBe(size(past.after.checkpoint));
  });

  it('shows whoever has an old key or a new one, offline, what is proved across both changes', async () => {
    const { before, during, after } = past;
    const ofKeys = [
      [before, before.vkey, 'given-key', 1],
      [before, after.vkey, 'introduced-key', 1],
      [during, before.vkey, 'given-key', 2],
      [during, after.vkey, 'given-key', 2],
      [after, before.vkey, 'introduced-key', 3],
      [after, after.vkey, 'given-key', 3],
    ] as const;
    for (const [{ bundle }, vkey, signedBy, verdicts] of ofKeys) {
      const { code, out } = await run('verify', bundle, '--vkey', vkey, '--json');
      const report = JSON.parse(out) as { verdicts: Array<{ outcome: string }>; tree: { signedBy: string } };
      expect([code, report.tree.signedBy]).toEqual([0, signedBy]);
      expect(report.verdicts.map(({ outcome }) => outcome)).toEqual(Array.from({ length: verdicts }, () => 'same'));
    }
    const told = await run('verify', after.bundle, '--vkey', before.vkey);
    expect(told.out.replace(/\s+/g, ' ')).toContain('not the key that you gave, but another one of this log');
  });

  it('leaves a store that is whole, whoever signed which part of it', async () => {
    const { code, out } = await run('verify', '--dir', past.dir, '--workers', '1');
    expect([code, out]).toEqual([0, expect.stringContaining('entries are whole')]);
  });
});
