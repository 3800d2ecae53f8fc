import * as fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import type { BootLog } from '../../../domain/boot-log/boot-log.js';
import { EV } from '../../../domain/boot-log/event-types.js';
import { type BootLogErrorCode, parseBootLog } from '../../../domain/boot-log/parse-boot-log.js';
import { concat, utf8 } from '../../../domain/encoding/bytes.js';
import { HASH_ALGORITHMS } from '../../../domain/tpm/algorithms.js';
import {
  agileEntry,
  agileHeader,
  agileLog,
  type Entry,
  hex,
  LINUX_BOOT,
  locality,
  oldHeader,
  separator,
  sha1Entry,
  sha1Log,
  specIdData,
  TWO_BANKS,
  u16,
  u32,
} from '../../support/boot-log-builder.js';

const parsed = (bytes: Uint8Array): BootLog => {
  const log = parseBootLog(bytes);
  if (E.isLeft(log)) throw new Error(JSON.stringify(log.left));
  return log.right;
};

const refusal = (bytes: Uint8Array): BootLogErrorCode | undefined => {
  const log = parseBootLog(bytes);
  return E.isLeft(log) ? log.left.code : undefined;
};

const headerWith = (data: Uint8Array): Uint8Array => sha1Entry({ pcr: 0, type: EV.NO_ACTION, data });

describe('a crypto-agile log', () => {
  it('is read as it was written', () => {
    const log = parsed(agileLog(LINUX_BOOT));
    expect(log.format).toBe('crypto-agile');
    expect(log.banks).toEqual(['sha1', 'sha256']);
    expect(log.measurements.map(({ pcr, type, data }) => [pcr, type, hex(data)])).toEqual(
      LINUX_BOOT.map(({ pcr, type, data }) => [pcr, type, hex(data)]),
    );
    expect(log.measurements.map(({ index }) => index)).toEqual(LINUX_BOOT.map((_, i) => i));
  });

  it('accepts digests in another order than the header declares', () => {
    const log = parsed(concat(agileHeader(TWO_BANKS), agileEntry(['sha256', 'sha1'], separator(0))));
    expect(log.measurements[0]?.digests.get('sha256')?.length).toBe(32);
  });

  it('keeps vendor information out of the way', () => {
    const header = headerWith(specIdData([[0x0b, 32]], Uint8Array.of(1, 2, 3)));
    expect(parsed(concat(header, agileEntry(['sha256'], separator(1)))).banks).toEqual(['sha256']);
  });

  it('steps over digests of a declared algorithm that it cannot hash with', () => {
    const header = headerWith(
      specIdData([
        [0x0b, 32],
        [0x27, 32],
      ]),
    );
    const digests = concat(u16(0x0b), new Uint8Array(32).fill(1), u16(0x27), new Uint8Array(32).fill(2));
    const log = parsed(concat(header, u32(3), u32(EV.SEPARATOR), u32(2), digests, u32(0)));
    expect([...(log.measurements[0]?.digests.keys() ?? [])]).toEqual(['sha256']);
    expect(log.banks).toEqual(['sha256']);
  });

  it('has no PCR only where nothing is extended', () => {
    const elsewhere = { pcr: 0xffffffff, data: utf8('an attestation key') };
    expect(parsed(agileLog([{ ...elsewhere, type: EV.NO_ACTION }])).measurements[0]?.pcr).toBe(0xffffffff);
    expect(refusal(agileLog([{ ...elsewhere, type: EV.ACTION }]))).toBe('BootLogMalformed');
  });
});

describe('a SHA-1 log', () => {
  it('may begin with a measurement', () => {
    const log = parsed(sha1Log(LINUX_BOOT));
    expect([log.format, log.banks, log.measurements.length]).toEqual(['sha1', ['sha1'], LINUX_BOOT.length]);
  });

  it.each(['00', '02'] as const)('may begin with a header of version %s, which is no measurement', (version) => {
    const log = parsed(sha1Log([oldHeader(version), separator(4)]));
    expect(log.measurements.map(({ index, pcr }) => [index, pcr])).toEqual([[0, 4]]);
  });

  it('may hold nothing but the locality of the start', () => {
    expect(parsed(sha1Log([locality(3)])).measurements).toHaveLength(1);
  });
});

describe('a log is refused by name', () => {
  const log = agileLog([separator(0), separator(1)]);
  const event = (...parts: ReadonlyArray<Uint8Array>): Uint8Array => concat(agileHeader(['sha256']), ...parts);
  const digest = concat(u16(0x0b), new Uint8Array(32));
  const cases: ReadonlyArray<readonly [string, BootLogErrorCode, Uint8Array]> = [
    ['without any byte', 'BootLogTruncated', new Uint8Array()],
    ['with half a header', 'BootLogTruncated', log.subarray(0, 20)],
    ['of nothing but zeros', 'BootLogPadded', new Uint8Array(4096)],
    ['larger than 1 MiB', 'BootLogTooLarge', new Uint8Array((1 << 20) + 1).fill(1)],
    ['with zeros behind it', 'BootLogPadded', concat(log, new Uint8Array(100))],
    ['with one zero behind it', 'BootLogPadded', concat(log, new Uint8Array(1))],
    ['with ff behind it', 'BootLogPadded', concat(log, new Uint8Array(65_536).fill(255))],
    ['of SHA-1 with zeros behind it', 'BootLogPadded', concat(sha1Log([separator(0)]), new Uint8Array(320))],
    ['with another byte behind it', 'BootLogTruncated', concat(log, Uint8Array.of(7))],
    ['that ends inside an event', 'BootLogTruncated', log.subarray(0, -1)],
    ['with data longer than the log', 'BootLogTruncated', event(u32(0), u32(4), u32(1), digest, u32(0xffffffff))],
    ['with a PCR that does not exist', 'BootLogMalformed', agileLog([separator(24)])],
    ['with a header inside', 'BootLogHeaderRepeated', agileLog([{ pcr: 0, type: 3, data: specIdData([[0x0b, 32]]) }])],
    ['with a 1.2 header inside', 'BootLogHeaderRepeated', concat(log, sha1Entry(oldHeader('02')))],
    ['of SHA-1 with a header inside', 'BootLogHeaderRepeated', concat(sha1Log([separator(0)]), log)],
    [
      'with an undeclared algorithm',
      'BootLogAlgorithmUnknown',
      event(u32(0), u32(4), u32(1), u16(0x0c), new Uint8Array(48), u32(0)),
    ],
    [
      'with an algorithm missing',
      'BootLogDigestsIncomplete',
      concat(agileHeader(TWO_BANKS), agileEntry(['sha256'], separator(0))),
    ],
    [
      'with an algorithm twice',
      'BootLogDigestsIncomplete',
      concat(agileHeader(TWO_BANKS), agileEntry(['sha1', 'sha1'], separator(0))),
    ],
    ['with no digest', 'BootLogDigestsIncomplete', event(u32(0), u32(4), u32(0), u32(1), Uint8Array.of(1))],
    ['with a header of an unknown version', 'BootLogMalformed', headerWith(utf8('Spec ID Event04\0more'))],
    [
      'with a header in another PCR',
      'BootLogMalformed',
      sha1Entry({ pcr: 1, type: 3, data: specIdData([[0x0b, 32]]) }),
    ],
    ['that declares no algorithm', 'BootLogMalformed', headerWith(specIdData([]))],
    [
      'that declares nine algorithms',
      'BootLogMalformed',
      headerWith(specIdData(Array.from({ length: 9 }, (_, i) => [i + 64, 32]))),
    ],
    [
      'that declares one algorithm twice',
      'BootLogMalformed',
      headerWith(
        specIdData([
          [0x0b, 32],
          [0x0b, 32],
        ]),
      ),
    ],
    ['that declares a wrong digest size', 'BootLogMalformed', headerWith(specIdData([[0x0b, 20]]))],
    [
      'that declares no digest size',
      'BootLogMalformed',
      headerWith(
        specIdData([
          [0x0b, 32],
          [0x27, 0],
        ]),
      ),
    ],
    ['that declares unknown algorithms only', 'BootLogMalformed', headerWith(specIdData([[0x27, 32]]))],
    [
      'with vendor information cut off',
      'BootLogMalformed',
      headerWith(specIdData([[0x0b, 32]], Uint8Array.of(1)).subarray(0, -1)),
    ],
    [
      'with more than 10,000 measurements',
      'BootLogTooLarge',
      sha1Log(Array.from({ length: 10_001 }, () => separator(0))),
    ],
  ];

  it.each(cases)('%s: %s', (_, code, bytes) => {
    expect(refusal(bytes)).toBe(code);
  });

  it('says where and in which measurement', () => {
    const second = agileHeader(TWO_BANKS).length + agileEntry(TWO_BANKS, separator(0)).length;
    expect(parseBootLog(log.subarray(0, -1))).toMatchObject(E.left({ _tag: 'BootLogError', offset: second, event: 1 }));
  });
});

const banks = fc.subarray(
  [...HASH_ALGORITHMS].filter((name) => name !== 'sm3_256'),
  { minLength: 1 },
);
const entry: fc.Arbitrary<Entry> = fc.record({
  pcr: fc.integer({ min: 0, max: 23 }),
  type: fc.constantFrom(1, 4, 5, 6, 13, 0x80000001, 0x80000008, 0x800000e0, 0x7fffffff),
  data: fc.uint8Array({ minLength: 1, maxLength: 40 }),
});

describe('parsing hostile bytes', () => {
  it('returns any log as it was built', () => {
    fc.assert(
      fc.property(banks, fc.array(entry, { maxLength: 12 }), (declared, entries) => {
        const log = parsed(agileLog(entries, declared));
        expect(log.measurements.map(({ pcr, type, data }) => ({ pcr, type, data }))).toEqual(entries);
        for (const { digests } of log.measurements) expect([...digests.keys()]).toEqual(declared);
      }),
      { numRuns: 50 },
    );
  });

  it('gives at every truncation a named refusal or the measurements before it', () => {
    for (const whole of [agileLog(LINUX_BOOT), sha1Log(LINUX_BOOT)]) {
      const all = parsed(whole).measurements;
      for (let size = 0; size < whole.length; size++) {
        const log = parseBootLog(whole.subarray(0, size));
        if (E.isLeft(log)) expect(log.left.code).toMatch(/^BootLog(Truncated|Padded)$/);
        else expect(log.right.measurements).toEqual(all.slice(0, log.right.measurements.length));
      }
    }
  });

  it('never throws on any flipped byte', () => {
    for (const whole of [agileLog(LINUX_BOOT.slice(0, 9)), sha1Log(LINUX_BOOT.slice(0, 9))]) {
      for (let at = 0; at < whole.length; at++) {
        const flipped = Uint8Array.from(whole);
        flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8));
        expect(() => parseBootLog(flipped)).not.toThrow();
      }
    }
  });

  it('never throws on arbitrary bytes, with or without a header before them', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, headed) => {
        expect(parseBootLog(headed ? concat(agileHeader(TWO_BANKS), bytes) : bytes)).toHaveProperty('_tag');
      }),
    );
  });
});
