import { describe, expect, it } from 'vitest';
import type { HostContext } from '../../../domain/appraisal/appraiser.js';
import { judge, recorded } from '../../support/appraisal.js';
import { forged, listed, pcrsAfter } from '../../support/forged-evidence.js';
import type { SoftwareClock } from '../../support/software-tpm.js';

const linux = recorded('linux-secure-boot-rsassa');

const quotedAt = (clock: Partial<SoftwareClock>, previous?: HostContext['previous']) =>
  judge(forged(linux, { quote: { clock } }), { ...listed(), host: { previous } });

const after = (before: Partial<SoftwareClock>, now: Partial<SoftwareClock>) => {
  const first = quotedAt(before);
  const { clock } = first.claims;
  if (clock === undefined) throw new Error('no clock');
  return quotedAt(now, { clock, bootPcrs: first.bootPcrs }).reasons.map(({ code }) => code);
};

const boot = { resetCount: 10, restartCount: 3, clock: 5000n };

describe('trap 11: clock and reboot', () => {
  it('affirms the same boot later, or in the same moment', () => {
    expect(after(boot, { ...boot, clock: 6000n })).toEqual([]);
    expect(after(boot, boot)).toEqual([]);
  });
  it('affirms a later boot whatever its restarts and clock', () =>
    expect(after(boot, { resetCount: 11, restartCount: 0, clock: 10n })).toEqual([]));
  it('affirms a count that passes 2^32, as obfuscated counters do', () => {
    expect(after({ ...boot, resetCount: 2 ** 32 - 1 }, { ...boot, resetCount: 1 })).toEqual([]);
    expect(after({ ...boot, restartCount: 2 ** 32 - 1 }, { ...boot, restartCount: 0 })).toEqual([]);
  });
  it('refuses counters that go back', () => {
    expect(after(boot, { ...boot, resetCount: 9, clock: 9000n })).toEqual(['ResetCountWentBack']);
    expect(after(boot, { ...boot, restartCount: 2, clock: 9000n })).toEqual(['RestartCountWentBack']);
  });
  it('refuses a clock that goes back within one reset', () =>
    expect(after(boot, { ...boot, clock: 4999n })).toEqual(['ClockWentBack']));
  it('refuses other boot registers with equal counters: a snapshot or a clone', () => {
    const first = quotedAt(boot);
    const { clock } = first.claims;
    if (clock === undefined) throw new Error('no clock');
    const bootPcrs = { ...first.bootPcrs, 'sha256:4': 'ff'.repeat(32) };
    const result = quotedAt({ ...boot, clock: 6000n }, { clock, bootPcrs });
    expect(result.reasons).toMatchObject([{ code: 'PcrsChangedWithoutReset', subject: 'sha256:4', pcr: 4 }]);
    expect(quotedAt({ ...boot, restartCount: 4 }, { clock, bootPcrs }).reasons).toEqual([]);
  });
  it('records the firmware version and whether the clock is safe', () => {
    const { clock } = quotedAt({ firmwareVersion: 0x20240101n, safe: false }).claims;
    expect(clock).toMatchObject({ firmwareVersion: String(0x20240101), safe: false });
  });
  it('keeps exactly the registers 0 to 7 for the next comparison', () => {
    const keys = Object.keys(quotedAt(boot).bootPcrs);
    expect(keys).toEqual([0, 1, 2, 3, 4, 5, 6, 7].map((pcr) => `sha256:${String(pcr)}`));
    expect(pcrsAfter(linux.evidence.bootLog).get('sha256')?.size).toBe(14);
  });
});
