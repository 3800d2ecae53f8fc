import { describe, expect, it } from 'vitest';
import type { Measurement } from '../../../domain/boot-log/boot-log.js';
import { judge, recorded, type Setting } from '../../support/appraisal.js';
import { remeasured, text, wide, withMeasurements } from '../../support/boot-log-edits.js';
import { forged, listed } from '../../support/forged-evidence.js';

const linux = recorded('linux-secure-boot-rsassa');
const log = linux.evidence.bootLog;
const bytes = (...values: ReadonlyArray<number>): Uint8Array => Uint8Array.from(values);

/** A host whose registers hold exactly what this edited log says. */
const judged = (edit: (measurement: Measurement) => ReadonlyArray<Measurement>, setting: Setting = listed()) =>
  judge(forged(linux, { bootLog: withMeasurements(log, edit) }), setting);
const codes = (edit: (measurement: Measurement) => ReadonlyArray<Measurement>, setting?: Setting) => [
  ...new Set(judged(edit, setting).reasons.map(({ code }) => code)),
];

const SEPARATOR = 4;
const CONFIG = 0x80000001;
const AUTHORITY = 0x800000e0;
const ACTION = 0x80000007;
const isSeparator = (pcr: number) => (m: Measurement) => m.type === SEPARATOR && m.pcr === pcr;
const isVariable = (name: string) => (m: Measurement) => m.type === CONFIG && wide(m).includes(name);
const withoutValue = (m: Measurement): Uint8Array => {
  const units = new DataView(m.data.buffer, m.data.byteOffset).getUint32(16, true);
  const data = m.data.slice(0, 32 + 2 * units);
  data.fill(0, 24, 32);
  return data;
};

describe('trap 7: separators', () => {
  it('refuses a register without a separator', () =>
    expect(codes((m) => (isSeparator(3)(m) ? [] : [m]))).toEqual(['SeparatorMissing']));
  it('refuses a second separator', () =>
    expect(codes((m) => (isSeparator(3)(m) ? [m, m] : [m]))).toEqual(['SeparatorDuplicate']));
  it('refuses separators of other bytes', () =>
    expect(codes((m) => (isSeparator(3)(m) ? [remeasured(m, bytes(1, 2, 3, 4))] : [m]))).toEqual(['SeparatorInvalid']));
  it('says when the firmware met an error', () =>
    expect(codes((m) => (isSeparator(3)(m) ? [remeasured(m, bytes(1, 0, 0, 0))] : [m]))).toEqual(['FirmwareError']));
  it('refuses Secure Boot configuration after the separator', () => {
    const late = codes((m) =>
      isVariable('dbx')(m) ? [] : isSeparator(7)(m) ? [m, remeasured({ ...m, type: CONFIG }, dbx().data)] : [m],
    );
    expect(late).toContain('ConfigurationAfterSeparator');
  });
});

const find = (is: (m: Measurement) => boolean): Measurement => {
  let found: Measurement | undefined;
  withMeasurements(log, (m) => {
    if (is(m)) found = m;
    return [m];
  });
  if (found === undefined) throw new Error('no such measurement');
  return found;
};
const dbx = (): Measurement => find((m) => m.type === CONFIG && wide(m).includes('dbx'));

describe('trap 8: Secure Boot', () => {
  it('takes a value of no bytes for disabled', () =>
    expect(codes((m) => (isVariable('SecureBoot')(m) ? [remeasured(m, withoutValue(m))] : [m]))).toEqual([
      'SecureBootDisabled',
    ]));
  it('refuses a log that never says whether it is on', () =>
    expect(codes((m) => (isVariable('SecureBoot')(m) ? [] : [m]))).toEqual(['SecureBootStateMissing']));
  it('refuses Secure Boot without a platform key', () =>
    expect(codes((m) => (isVariable('PK')(m) ? [remeasured(m, withoutValue(m))] : [m]))).toContain(
      'SecureBootKeysMissing',
    ));
  it('refuses a variable that is measured twice', () =>
    expect(codes((m) => (isVariable('SecureBoot')(m) ? [m, m] : [m]))).toEqual(['VariableDuplicate']));
  it('refuses firmware in debug mode', () => {
    const debug = Buffer.from('UEFI Debug Mode');
    expect(codes((m) => (isVariable('SecureBoot')(m) ? [remeasured({ ...m, type: ACTION }, debug), m] : [m]))).toEqual([
      'FirmwareDebugMode',
    ]);
  });
  it('refuses an authority that is in no measured db', () => {
    const unknown = (m: Measurement): Measurement => {
      const data = m.data.slice();
      const last = data.length - 1;
      data[last] = (data[last] ?? 0) ^ 1;
      return remeasured(m, data);
    };
    const isDb = (m: Measurement) => m.type === AUTHORITY && /^.{16}\x02\0{7}/s.test(text(m));
    expect(codes((m) => (isDb(m) ? [unknown(m)] : [m]))).toEqual(['AuthorityNotInDb']);
  });
  it('refuses an event that has no place in PCR 7', () =>
    expect(codes((m) => (isVariable('SecureBoot')(m) ? [m, remeasured({ ...m, type: 0xd }, bytes(1))] : [m]))).toEqual([
      'UnexpectedEventInPcr7',
    ]));
  it('judges no Secure Boot where policy asks for none', () => {
    const setting = listed();
    const policy = { ...setting.policy, requireSecureBoot: false };
    const result = judged((m) => (isVariable('SecureBoot')(m) ? [remeasured(m, withoutValue(m))] : [m]), {
      ...setting,
      policy,
    });
    expect(result.verdict).toBe('affirming');
    expect(result.rules.find(({ rule }) => rule === 'secure-boot')?.outcome).toBe('not-applicable');
  });
});

describe('quirks', () => {
  const quirky = (m: Measurement) => (m.type === ACTION && text(m).startsWith('Exit Boot Services') ? [] : [m]);
  const excepting = (until: string | null, firmwareVersion: string | null): Setting => {
    const setting = listed();
    const exception = { quirk: 'ExitBootServicesMissing', firmwareVersion, reason: 'known firmware', until };
    return { ...setting, policy: { ...setting.policy, exceptions: [exception] } };
  };
  it('are failures that name the quirk', () => {
    const [reason] = judged(quirky).reasons;
    expect(reason).toMatchObject({ code: 'FirmwareQuirk', subject: 'ExitBootServicesMissing' });
  });
  it('are excepted by name, and the verdict lists what it used', () => {
    const result = judged(quirky, excepting(null, null));
    expect(result.verdict).toBe('affirming');
    expect(result.exceptions).toEqual(['ExitBootServicesMissing']);
    expect(result.rules.find(({ rule }) => rule === 'firmware-quirks')?.outcome).toBe('excepted');
  });
  it('are not excepted after the exception’s end, or for other firmware', () => {
    expect(judged(quirky, excepting('2026-11-30T00:00:00.000Z', null)).verdict).toBe('contraindicated');
    expect(judged(quirky, excepting('2027-11-30T00:00:00.000Z', null)).verdict).toBe('affirming');
    expect(judged(quirky, excepting(null, 'another firmware')).verdict).toBe('contraindicated');
  });
});

describe('UEFI', () => {
  it('refuses a log in which no UEFI firmware speaks', () => {
    const legacy = codes((m) => (m.type === SEPARATOR ? [m] : m.type < 0x80000000 && m.pcr > 7 ? [m] : []));
    expect(legacy).toEqual(['NotUefi']);
  });
});
