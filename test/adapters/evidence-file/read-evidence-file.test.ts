import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { readEvidenceFile } from '../../../adapters/evidence-file/read-evidence-file.js';
import { EVIDENCE_FOLDER } from '../../support/appraisal.js';

const NAMES = readdirSync(EVIDENCE_FOLDER).filter((name) => name.endsWith('.json'));
const textOf = (name: string): string => readFileSync(new URL(name, EVIDENCE_FOLDER), 'utf8');
const GOOD = JSON.parse(textOf('linux-secure-boot-ecdsa.json')) as Record<string, unknown>;
const faults = (document: Record<string, unknown>) => {
  const read = readEvidenceFile(JSON.stringify(document));
  return E.isLeft(read) && read.left._tag === 'DecodeError' ? read.left.faults : read;
};

describe('an evidence file', () => {
  it.each(NAMES)('%s is read', (name) => expect(E.isRight(readEvidenceFile(textOf(name)))).toBe(true));
  it('may lack what a host need not send', () => {
    const { nonce, akPublic, pcrs, eventLog } = GOOD;
    const read = readEvidenceFile(JSON.stringify({ nonce, akPublic, pcrs, eventLog, ekCertificate: '' }));
    expect(E.isRight(read) && read.right.evidence.ekCertificate).toBeUndefined();
    expect(E.isRight(read) && read.right.evidence.quote).toBeUndefined();
  });
  it('is refused with the field and the rule that it breaks', () => {
    expect(faults({ ...GOOD, nonce: 'xyz' })).toEqual([{ field: 'nonce', rule: 'must be Hex(at most 64 bytes)' }]);
    expect(faults({ ...GOOD, quote: '%%%' })).toMatchObject([{ field: 'quote' }]);
    expect(faults({ ...GOOD, akPublic: undefined })).toMatchObject([{ field: 'akPublic' }]);
    expect(faults({ ...GOOD, pcrs: { sha256: { '24': '00' } } })).toMatchObject([{ field: 'pcrs' }]);
    expect(faults({ ...GOOD, pcrs: { md5: {} } })).toMatchObject([{ field: 'pcrs' }]);
    expect(faults({ ...GOOD, surprise: 1 })).toHaveLength(1);
  });
  it('is refused if a key stands in it twice', () => {
    const twice = `{"nonce":"00",${JSON.stringify(GOOD).slice(1)}`;
    const read = readEvidenceFile(twice);
    expect(E.isLeft(read) && read.left._tag).toBe('JsonError');
  });
  it('is refused beyond 1 MiB, before it is parsed', () => {
    const read = readEvidenceFile(`${JSON.stringify(GOOD)}${' '.repeat(1 << 20)}`);
    expect(E.isLeft(read) && read.left._tag).toBe('EvidenceFileTooLarge');
  });
  it('of any text is read or refused, without an exception', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => E.isLeft(readEvidenceFile(text))));
    fc.assert(fc.property(fc.jsonValue(), (json) => E.isLeft(readEvidenceFile(JSON.stringify(json)))));
  });
  it('cut off anywhere is refused', () => {
    const text = JSON.stringify(GOOD);
    fc.assert(fc.property(fc.nat({ max: text.length - 1 }), (end) => E.isLeft(readEvidenceFile(text.slice(0, end)))));
  });
});
