import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { nodeHashing } from '../../../adapters/crypto/node/hashing.js';
import type { BootClaims, BootLogFinding, BootLogFindingCode } from '../../../domain/boot-log/claims.js';
import { EV } from '../../../domain/boot-log/event-types.js';
import { parseBootLog } from '../../../domain/boot-log/parse-boot-log.js';
import { readClaims } from '../../../domain/boot-log/read-claims.js';
import { concat, utf8 } from '../../../domain/encoding/bytes.js';
import {
  agileLog,
  type Entry,
  ESXI_BOOT,
  hex,
  module,
  sha256,
  tagged,
  u16,
  u32,
  u64,
  versionRecord,
} from '../../support/boot-log-builder.js';

const read = (
  entries: ReadonlyArray<Entry>,
): { readonly claims: BootClaims; readonly findings: ReadonlyArray<BootLogFinding> } => {
  const log = parseBootLog(agileLog(entries));
  if (E.isLeft(log)) throw new Error(JSON.stringify(log.left));
  return readClaims(nodeHashing, log.right, 'sha256');
};
const codes = (entries: ReadonlyArray<Entry>): ReadonlyArray<BootLogFindingCode> =>
  read(entries).findings.map(({ code }) => code);
const with_ = (...entries: ReadonlyArray<Entry>): ReadonlyArray<Entry> => ESXI_BOOT.toSpliced(-2, 0, ...entries);

describe('the claims of an ESXi host', () => {
  const { claims, findings } = read(ESXI_BOOT);

  it('come without a finding', () => {
    expect(findings).toEqual([]);
  });

  it('list modules with their registers, names and digests', () => {
    expect(claims.esxi?.modules.map(({ pcr, file, digest }) => [pcr, file, digest])).toEqual([
      [12, 'b.b00', hex(sha256(utf8('vmkboot')))],
      [12, 'k.b00', hex(sha256(utf8('vmkernel')))],
      [13, 'vmx.v00', hex(sha256(utf8('a driver')))],
      [11, 'esxupdt.v00', hex(sha256(utf8('updater')))],
    ]);
    expect(claims.esxi?.bootOptions).toMatchObject([{ file: 'useropts.gz' }]);
  });

  it('tell versions, signers, asset tag and command line', () => {
    expect(claims.esxi?.productVersions[1]).toEqual({
      component: 'vmkernel',
      product: 'VMware ESXi',
      version: '8.0.3 build-1',
      file: '/k.b00',
    });
    expect(claims.esxi?.signers).toEqual([hex(sha256(utf8('signer certificate')))]);
    expect(claims.esxi?.assetTag).toBe('rack 7');
    expect(claims.commandLines.map(({ text }) => text)).toEqual(['/b.b00 vmbTrustedBoot=true']);
  });

  it('show an asset tag of no text in hexadecimal', () => {
    const log = ESXI_BOOT.map((entry) =>
      entry.pcr === 14 && entry.data[0] === 6 ? tagged(14, 6, Uint8Array.of(255, 0, 1)) : entry,
    );
    expect(read(log).claims.esxi?.assetTag).toBe('ff0001');
  });
});

describe('nothing hides in the registers of ESXi', () => {
  const extra = module(13, 'netpwn.v00', 'malware');
  const cases: ReadonlyArray<readonly [string, Entry]> = [
    ['under another event type', { ...extra, type: EV.IPL }],
    ['under an unknown id', tagged(13, 99, utf8('netpwn.v00\0'), utf8('malware'))],
    ['as a boot option outside PCR 14', tagged(13, 3, utf8('netpwn.gz\0'), utf8('malware'))],
    ['as a module in PCR 14', tagged(14, 2, utf8('netpwn.v00\0'), utf8('malware'))],
    ['as a command line in PCR 12', tagged(12, 4, utf8('x'))],
    ['as a separator', { pcr: 12, type: EV.SEPARATOR, data: u32(0) }],
    ['with a size that does not fit', { ...extra, data: concat(u32(2), u32(3), utf8('netpwn.v00\0')) }],
    ['without a whole head', { ...extra, data: u32(2) }],
  ];

  it.each(cases)('%s', (_, entry) => {
    expect(codes(with_(entry))).toEqual(['UnexplainedMeasurement']);
  });

  it('as a version record that the digest does not cover', () => {
    expect(codes(with_(tagged(13, 8, versionRecord(['a', 'b', 'c', 'd']), utf8('malware'))))).toEqual([
      'EventDataMismatch',
    ]);
  });

  it('as a module whose own bytes stand in the log as a version record', () => {
    expect(codes(with_(tagged(13, 8, utf8('malware'))))).toEqual(['EventMalformed']);
  });

  it.each([4, 6, 7])('as an event of id %i that the digest does not cover', (id) => {
    const { claims, findings } = read(with_(tagged(14, id, utf8('harmless'), utf8('harmful'))));
    expect(findings.map(({ code }) => code)).toEqual(['EventDataMismatch']);
    expect(claims.commandLines).toHaveLength(1);
    expect(claims.esxi?.signers).toHaveLength(1);
    expect(claims.esxi?.assetTag).toBe('rack 7');
  });

  it('but a log without any such event is no ESXi log', () => {
    const { claims, findings } = read([
      ...ESXI_BOOT.filter(({ pcr }) => pcr < 8),
      { pcr: 12, type: EV.SEPARATOR, data: utf8('WBCL') },
    ]);
    expect([claims.esxi, findings]).toEqual([undefined, []]);
  });
});

describe('malformed payloads of ESXi', () => {
  const names: ReadonlyArray<readonly [string, Uint8Array]> = [
    ['without its NUL', utf8('vmx.v00')],
    ['of nothing', new Uint8Array()],
    ['of a NUL only', utf8('\0')],
    ['with a NUL inside', utf8('vmx\0v00\0')],
    ['with a control character', utf8('vmx\u001b[2J.v00\0')],
    ['that is no UTF-8', Uint8Array.of(0xff, 0xfe, 0)],
    ['longer than 255 bytes', utf8(`${'x'.repeat(256)}\0`)],
  ];

  it.each(names)('are found in a module name %s', (_, payload) => {
    expect(codes(with_(tagged(13, 2, payload, utf8('content'))))).toEqual(['EventMalformed']);
  });

  it('are found in a command line that is no UTF-8', () => {
    expect(codes(with_(tagged(14, 4, Uint8Array.of(0xc0))))).toEqual(['EventMalformed']);
  });

  it('are found in an asset tag of more than 512 bytes', () => {
    expect(codes(with_(tagged(14, 6, new Uint8Array(513).fill(65))))).toEqual(['EventMalformed']);
  });

  const record = (size: number, pairs: ReadonlyArray<readonly [number, number]>, rest: Uint8Array): Uint8Array =>
    concat(u32(size), u32(1), u64(0), ...pairs.flatMap(([offset, length]) => [u16(offset), u16(length)]), rest);
  const texts = utf8('a\0b\0c\0d\0');
  const good = [
    [32, 2],
    [34, 2],
    [36, 2],
    [38, 2],
  ] as const;
  const records: ReadonlyArray<readonly [string, Uint8Array]> = [
    ['shorter than its head', new Uint8Array(31)],
    ['of another total size', record(41, good, texts)],
    ['with an offset inside the head', record(40, [[31, 2], ...good.slice(1)], texts)],
    ['with an offset behind the end', record(40, [[65_535, 2], ...good.slice(1)], texts)],
    ['with a length that leads out', record(40, [...good.slice(0, 3), [38, 3]], texts)],
    ['with an empty field', record(40, [...good.slice(0, 3), [38, 0]], texts)],
    ['with overlapping fields', record(40, [...good.slice(0, 3), [36, 2]], texts)],
    ['with a text without NUL', record(40, good, utf8('a\0b\0c\0dd'))],
    ['with bytes of no field', record(42, good, utf8('a\0b\0c\0d\0xx'))],
    ['larger than 4096 bytes', record(5000, good, concat(texts, new Uint8Array(4960)))],
  ];

  it('do not include a version record without a gap', () => {
    expect(codes(with_(tagged(13, 8, record(40, good, texts))))).toEqual([]);
  });

  it.each(records)('are found in a version record %s', (_, bytes) => {
    expect(codes(with_(tagged(13, 8, bytes)))).toEqual(['EventMalformed']);
  });
});
