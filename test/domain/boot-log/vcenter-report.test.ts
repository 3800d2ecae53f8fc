import * as fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { nodeHashing } from '../../../adapters/crypto/node/hashing.js';
import { type CheckedVcenterReport, checkVcenterReport } from '../../../domain/boot-log/check-vcenter-report.js';
import { decodeVcenterReport } from '../../../domain/boot-log/decode-vcenter-report.js';
import type { VcenterReport } from '../../../domain/boot-log/vcenter-report.js';
import { utf8 } from '../../../domain/encoding/bytes.js';
import { sha256 } from '../../support/boot-log-builder.js';
import { component, eventOf, option, registerOf, reportOf } from '../../support/vcenter-report.js';

const decoded = (document: unknown): VcenterReport => {
  const report = decodeVcenterReport(document);
  if (E.isLeft(report)) throw new Error(JSON.stringify(report.left));
  return report.right;
};
const checked = (document: unknown): CheckedVcenterReport => checkVcenterReport(nodeHashing, decoded(document));
const codes = (document: unknown): ReadonlyArray<string> => checked(document).findings.map(({ code }) => code);

const PREBOOT = eventOf(17, component('TPM_EVENT_LOG_PREBOOT'), sha256(utf8('launch')));
const KERNEL = eventOf(19, component('k.b00', 'esx-base'), sha256(utf8('kernel')));
const OPTION = eventOf(21, option('uefiSecureBootEnabled = TRUE'), sha256(utf8('uefiSecureBootEnabled = TRUE\0')));
const EVENTS = [PREBOOT, KERNEL, OPTION];
const GOOD = reportOf(EVENTS);

describe('a report that a vCenter relays', () => {
  it('is read with signed bytes as digests', () => {
    const report = decoded(GOOD);
    expect(report.events[0]).toMatchObject({ index: 0, pcr: 17, algorithm: 'sha256', digest: sha256(utf8('launch')) });
    expect(report.events[1]?.details).toEqual({
      kind: 'software-component',
      componentName: 'k.b00',
      vibName: 'esx-base',
      vibVersion: undefined,
      vibVendor: undefined,
    });
    expect(report.logReliable).toBe(true);
  });

  it('replays where it lists every event, from zero in all registers', () => {
    expect(checked(GOOD).findings).toEqual([]);
    expect([...checked(GOOD).replays]).toEqual([
      [17, 'replays'],
      [19, 'replays'],
      [21, 'replays'],
      [8, 'empty'],
    ]);
  });

  it('reads all kinds of events that the interface has', () => {
    const kinds = [
      { _typeName: 'HostTpmCommandEventDetails', commandLine: 'x' },
      { _typeName: 'HostTpmOptionEventDetails', optionsFileName: 'useropts.gz', bootOptions: [-1, 2] },
      { _typeName: 'HostTpmNvTagEventDetails', bootSecurityOption: 'tag' },
      { _typeName: 'HostTpmVersionEventDetails', version: [1] },
      { _typeName: 'HostTpmSomethingNew', wonder: 1 },
    ].map((details) => eventOf(20, details, sha256(utf8('x'))));
    expect(decoded(reportOf(kinds)).events.map(({ details }) => details)).toEqual([
      { kind: 'command', commandLine: 'x' },
      { kind: 'option', optionsFileName: 'useropts.gz', bootOptions: Uint8Array.of(255, 2) },
      { kind: 'boot-security-option', typeName: 'HostTpmNvTagEventDetails', option: 'tag' },
      { kind: 'version', version: Uint8Array.of(1) },
      { kind: 'unreadable', typeName: 'HostTpmSomethingNew' },
    ]);
  });
});

describe('what is odd about a report', () => {
  const { tpmPcrValues, tpmEvents } = GOOD;
  const [first, ...others] = tpmPcrValues;
  const digestMethod = 'SHA256';
  const cases: ReadonlyArray<readonly [string, unknown, ReadonlyArray<string>]> = [
    ['the vCenter distrusts its log', { ...GOOD, tpmLogReliable: false }, ['VcenterLogUnreliable']],
    ['the vCenter does not say', { tpmPcrValues, tpmEvents }, ['VcenterLogUnreliable']],
    [
      'an event is missing',
      { ...GOOD, tpmEvents: [...tpmEvents.slice(0, 2), ...tpmEvents.slice(1)] },
      ['VcenterRegisterDoesNotReplay'],
    ],
    ['a register with events is missing', { ...GOOD, tpmPcrValues: others }, ['VcenterRegisterDoesNotReplay']],
    ['a register is told twice', { ...GOOD, tpmPcrValues: [...tpmPcrValues, first] }, ['VcenterRegisterRepeated']],
    [
      'a register does not exist',
      { ...GOOD, tpmPcrValues: [...tpmPcrValues, registerOf(24, new Uint8Array(32))] },
      ['VcenterRegisterInvalid'],
    ],
    [
      'forty zeros stand for a SHA-1 value without a method',
      { ...GOOD, tpmPcrValues: [...tpmPcrValues, { pcrNumber: 9, digestValue: new Array<number>(40).fill(0) }] },
      ['VcenterDigestMethodMissing'],
    ],
    [
      'a value has the size of another algorithm',
      {
        ...GOOD,
        tpmPcrValues: [...tpmPcrValues, { pcrNumber: 9, digestMethod, digestValue: new Array<number>(20).fill(0) }],
      },
      ['VcenterDigestSizeInvalid'],
    ],
    [
      'an event is of another algorithm than its register',
      { ...GOOD, tpmEvents: [...tpmEvents, eventOf(17, component('x'), new Uint8Array(20), 'SHA1')] },
      ['VcenterRegisterDoesNotReplay'],
    ],
    [
      'an option is not what was measured',
      reportOf([
        ...EVENTS,
        eventOf(21, option('execInstalledOnly = TRUE'), sha256(utf8('execInstalledOnly = FALSE\0'))),
      ]),
      ['VcenterOptionMismatch'],
    ],
    [
      'an event lacks what its type must have',
      reportOf([...EVENTS, eventOf(20, { _typeName: 'HostTpmCommandEventDetails' }, sha256(utf8('x')))]),
      ['VcenterEventUnreadable'],
    ],
  ];

  it.each(cases)('is found when %s', (_, document, expected) => {
    expect(codes(document)).toEqual(expected);
  });

  it('never makes a twice told register replay unless both tellings do', () => {
    const wrong = registerOf(17, new Uint8Array(32));
    expect(checked({ ...GOOD, tpmPcrValues: [...GOOD.tpmPcrValues, wrong] }).replays.get(17)).toBe('does-not-replay');
  });
});

describe('a document that is no report', () => {
  const cases: ReadonlyArray<readonly [string, unknown, string]> = [
    ['is empty', {}, 'tpmPcrValues'],
    [
      'has a byte of 200',
      { ...GOOD, tpmPcrValues: [{ pcrNumber: 0, digestMethod: 'SHA1', digestValue: [200] }] },
      'tpmPcrValues.0.digestValue.0',
    ],
    [
      'has half a byte',
      { ...GOOD, tpmPcrValues: [{ pcrNumber: 0, digestMethod: 'SHA1', digestValue: [0.5] }] },
      'tpmPcrValues.0.digestValue.0',
    ],
    [
      'has a register of -1',
      { ...GOOD, tpmPcrValues: [{ pcrNumber: -1, digestValue: [] }] },
      'tpmPcrValues.0.pcrNumber',
    ],
    [
      'has an event without a type',
      { ...GOOD, tpmEvents: [{ pcrIndex: 1, eventDetails: { dataHash: [] } }] },
      'tpmEvents.0.eventDetails._typeName',
    ],
    ['has an event without details', { ...GOOD, tpmEvents: [{ pcrIndex: 1 }] }, 'tpmEvents.0.eventDetails'],
    ['says maybe', { ...GOOD, tpmLogReliable: 'maybe' }, 'tpmLogReliable'],
  ];

  it.each(cases)('is refused by field when it %s', (_, document, field) => {
    const report = decodeVcenterReport(document);
    expect(E.isLeft(report) ? report.left.faults.map((fault) => fault.field) : []).toEqual(
      expect.arrayContaining([expect.stringContaining(field)]),
    );
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.anything(), (document) => {
        expect(decodeVcenterReport(document)).toHaveProperty('_tag');
      }),
    );
  });
});
