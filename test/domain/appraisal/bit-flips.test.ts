import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ReadEvidenceFile } from '../../../adapters/evidence-file/read-evidence-file.js';
import type { Evidence } from '../../../domain/appraisal/evidence.js';
import { ALGORITHM_IDS } from '../../../domain/tpm/algorithms.js';
import { judge, recorded, type Setting } from '../../support/appraisal.js';
import { measurementsOf } from '../../support/boot-log-edits.js';

const NAMES = [
  'linux-secure-boot-rsassa',
  'linux-secure-boot-rsapss',
  'linux-secure-boot-ecdsa',
  'esxi-8.0.3-rsa',
  'esxi-8.0.3-ecc',
];
const FILES = new Map(NAMES.map((name) => [name, recorded(name)]));
const fileOf = (name: string): ReadEvidenceFile => FILES.get(name) ?? recorded(name);

const flipped = (bytes: Uint8Array, bit: number): Uint8Array => {
  const copy = bytes.slice();
  const at = Math.floor(bit / 8) % bytes.length;
  copy[at] = (copy[at] ?? 0) ^ (1 << (bit % 8));
  return copy;
};

const affirmed = (file: ReadEvidenceFile, part: Partial<Evidence>, setting: Setting = {}): boolean =>
  judge({ ...file, evidence: { ...file.evidence, ...part } }, setting).verdict === 'affirming';

const anyFile = fc.constantFrom(...NAMES);
const anyBit = fc.nat({ max: 1 << 20 });

/**
 * Offsets of all bytes that the quoted bank's digests are or cover: digests, and data that is hashed again as a whole (of boot
 * variables, 80000002, firmware measures the value alone: the name beside it is a claim).
 */
const measuredOffsets = (file: ReadEvidenceFile): ReadonlyArray<number> => {
  const [bank] = [...file.evidence.pcrs.keys()];
  if (bank === undefined) return [];
  const covered = new Set([0x4, 0x80000001, 0x80000007, 0x800000e0]);
  return measurementsOf(file.evidence.bootLog)
    .filter(({ type }) => type !== 3)
    .flatMap(({ offset, digests, data, type }) => {
      let at = offset + 12;
      const offsets: Array<number> = [];
      for (const [algorithm, digest] of digests) {
        if (ALGORITHM_IDS[algorithm] === ALGORITHM_IDS[bank])
          for (let i = 0; i < digest.length; i++) offsets.push(at + 2 + i);
        at += 2 + digest.length;
      }
      if (covered.has(type)) for (let i = 0; i < data.length; i++) offsets.push(at + 4 + i);
      return offsets;
    });
};

describe('one flipped bit', () => {
  it.each(['quote', 'signature'] as const)('in the %s is never affirmed', (part) => {
    fc.assert(
      fc.property(anyFile, anyBit, (name, bit) => {
        const file = fileOf(name);
        expect(affirmed(file, { [part]: flipped(file.evidence[part] ?? new Uint8Array(), bit) })).toBe(false);
      }),
      { numRuns: 100 },
    );
  });
  it('in a register value is never affirmed', () => {
    fc.assert(
      fc.property(anyFile, anyBit, anyBit, (name, which, bit) => {
        const file = fileOf(name);
        const [[bank, values]] = [...file.evidence.pcrs] as [['sha256', ReadonlyMap<number, Uint8Array>]];
        const [pcr, value] = [...values][which % values.size] ?? [0, new Uint8Array(1)];
        expect(affirmed(file, { pcrs: new Map([[bank, new Map([...values, [pcr, flipped(value, bit)]])]]) })).toBe(
          false,
        );
      }),
      { numRuns: 100 },
    );
  });
  it('in a measured byte of the log is never affirmed', () => {
    const offsets = new Map(NAMES.map((name) => [name, measuredOffsets(fileOf(name))]));
    fc.assert(
      fc.property(anyFile, anyBit, fc.nat({ max: 7 }), (name, which, bit) => {
        const file = fileOf(name);
        const of = offsets.get(name) ?? [];
        const at = of[which % of.length] ?? 0;
        expect(affirmed(file, { bootLog: flipped(file.evidence.bootLog, 8 * at + bit) })).toBe(false);
      }),
      { numRuns: 120 },
    );
  });
  it('in the attestation key is never affirmed once a credential was activated for it', () => {
    fc.assert(
      fc.property(anyFile, anyBit, (name, bit) => {
        const file = fileOf(name);
        const host = { certifiedAkName: judge(file).claims.akName };
        expect(affirmed(file, {}, { host })).toBe(true);
        expect(affirmed(file, { akPublic: flipped(file.evidence.akPublic, bit) }, { host })).toBe(false);
      }),
      { numRuns: 100 },
    );
  });
});

describe('hostile evidence', () => {
  it('of any bytes is judged without an exception, and never affirmed', () => {
    const bytes = fc.uint8Array({ maxLength: 600 });
    fc.assert(
      fc.property(
        fc.record({
          akPublic: bytes,
          ekPublic: bytes,
          ekCertificate: bytes,
          quote: bytes,
          signature: bytes,
          bootLog: bytes,
        }),
        (part) => {
          expect(affirmed(fileOf('linux-secure-boot-rsassa'), part)).toBe(false);
        },
      ),
      { numRuns: 100 },
    );
  });
  it('cut off anywhere is judged without an exception, and never affirmed', () => {
    const parts = ['quote', 'signature', 'akPublic', 'ekPublic', 'bootLog'] as const;
    fc.assert(
      fc.property(
        anyFile,
        fc.constantFrom(...parts),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (name, part, share) => {
          const file = fileOf(name);
          const whole = file.evidence[part] ?? new Uint8Array();
          expect(affirmed(file, { [part]: whole.subarray(0, Math.floor(share * whole.length)) })).toBe(false);
        },
      ),
      { numRuns: 120 },
    );
  });
});
