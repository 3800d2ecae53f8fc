import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { nodeHashing } from '../../../adapters/crypto/node/hashing.js';
import { type DescribedMeasurement, describeLog } from '../../../domain/boot-log/describe-log.js';
import { EV } from '../../../domain/boot-log/event-types.js';
import { parseBootLog } from '../../../domain/boot-log/parse-boot-log.js';
import { concat, utf8 } from '../../../domain/encoding/bytes.js';
import {
  action,
  agileLog,
  authority,
  configuration,
  type Entry,
  ESXI_BOOT,
  file,
  GLOBAL,
  grub,
  image,
  LINUX_BOOT,
  locality,
  module,
  SHIM,
  SIGNER,
  separator,
  sha256,
  signatureData,
  signatureList,
  tagged,
  u16,
  u32,
  utf16,
  variableData,
  versionRecord,
  X509_LIST,
} from '../../support/boot-log-builder.js';

const described = (entries: ReadonlyArray<Entry>): ReadonlyArray<DescribedMeasurement> => {
  const log = parseBootLog(agileLog(entries));
  if (E.isLeft(log)) throw new Error(JSON.stringify(log.left));
  return describeLog(nodeHashing, log.right);
};
const fields = (entry: Entry): ReadonlyArray<string> =>
  described([entry])[0]?.fields.map(
    ({ name, value, coverage }) => `${name}${coverage === 'claim' ? '?' : ''}: ${value}`,
  ) ?? [];

const bootVariable = (name: string, value: Uint8Array, measured?: Uint8Array): Entry => {
  const data = variableData(GLOBAL, name, value);
  return { pcr: 1, type: EV.EFI_VARIABLE_BOOT, data, ...(measured === undefined ? {} : { measured }) };
};
const loadOption = concat(u32(1), u16(0), utf16('Linux\0'));

describe('a described log', () => {
  it('has every entry with its place, type and digests', () => {
    const all = described(LINUX_BOOT);
    expect(all.map(({ index }) => index)).toEqual(LINUX_BOOT.map((_, i) => i));
    expect(all[1]).toMatchObject({
      pcr: 7,
      type: 0x80000001,
      typeName: 'EV_EFI_VARIABLE_DRIVER_CONFIG',
      extended: true,
    });
    expect(all[1]?.digests.map(({ bank, fits }) => [bank, fits])).toEqual([
      ['sha1', true],
      ['sha256', true],
    ]);
    expect(described(ESXI_BOOT)).toHaveLength(ESXI_BOOT.length);
  });

  it('shows a type that no specification names by its number', () => {
    expect(described([{ pcr: 3, type: 0xabc, data: utf8('x') }])[0]?.typeName).toBe('unknown event type 0x00000abc');
  });

  const cases: ReadonlyArray<readonly [string, Entry, ReadonlyArray<string>]> = [
    ['a separator', separator(1), ['value: 00000000']],
    ['a separator that was not measured', { ...separator(1), measured: utf8('x') }, ['value?: 00000000']],
    ['an action', action(5, 'Exit'), ['data: Exit']],
    ['a locality', locality(3), ['data?: 537461727475704c6f63616c6974790003']],
    [
      'Secure Boot',
      configuration('SecureBoot', Uint8Array.of(1)),
      ['variable: SecureBoot', `guid: ${GLOBAL}`, 'value: 1'],
    ],
    [
      'keys',
      configuration('PK', signatureList(X509_LIST, [SIGNER])),
      ['variable: PK', `guid: ${GLOBAL}`, 'value: 1 entries; x509 CN=Signer of boot loaders'],
    ],
    ['malformed keys', configuration('PK', utf8('x')), ['variable: PK', `guid: ${GLOBAL}`, 'value: malformed']],
    [
      'a boot option',
      bootVariable('Boot0001', loadOption, loadOption),
      ['variable?: Boot0001', `guid?: ${GLOBAL}`, 'value: Linux'],
    ],
    [
      'the boot order',
      bootVariable('BootOrder', Uint8Array.of(1, 0, 10, 0), Uint8Array.of(1, 0, 10, 0)),
      ['variable?: BootOrder', `guid?: ${GLOBAL}`, 'value: 0001, 000A'],
    ],
    [
      'an authority',
      authority(SHIM, 'MokListRT', signatureData(SIGNER)),
      ['variable: MokListRT', `guid: ${SHIM}`, 'value: CN=Signer of boot loaders'],
    ],
    [
      'a text variable',
      authority(SHIM, 'SbatLevel', utf8('sbat,1\n')),
      ['variable: SbatLevel', `guid: ${SHIM}`, 'value: sbat,1\\n'],
    ],
    ['an image', image(4, 'content', '\\x.efi'), ['path?: \\x.efi']],
    ['an image without a path', { ...image(4, 'content', 'x'), data: utf8('x') }, []],
    ['a text of GRUB', grub('grub_cmd: ', 'set a=b'), ['kind?: GRUB command', 'text: set a=b']],
    [
      'a text of GRUB that was not measured',
      { ...grub('kernel_cmdline: ', 'a'), measured: utf8('b') },
      ['kind?: GRUB kernel', 'text?: a'],
    ],
    ['a file', file('/vmlinuz', 'kernel'), ['name?: /vmlinuz']],
    ['a stub command line', { pcr: 12, type: EV.IPL, data: utf16('quiet\0') }, ['text: quiet']],
    [
      'a partition table',
      { pcr: 5, type: EV.EFI_GPT_EVENT, data: concat(new Uint8Array(92), u32(3), u32(0)) },
      ['partitions: 3'],
    ],
    ['a module', module(13, 'vmx.v00', 'content'), ['kind?: ESXi module', 'file?: vmx.v00']],
    ['an ESXi command line', tagged(14, 4, utf8('/b.b00 x')), ['kind?: ESXi command line', 'command line: /b.b00 x']],
    [
      'a version record',
      tagged(13, 8, versionRecord(['c', 'p', 'v', 'f'])),
      ['kind?: ESXi version record', 'component: c', 'product: p', 'version: v', 'file: f'],
    ],
    [
      'another tagged event',
      tagged(9, 0x8f3b22ed, utf8('Linux initrd\0'), utf8('x')),
      ['tag?: 0x8f3b22ed', 'payload?: Linux initrd'],
    ],
    ['a malformed tagged event', { pcr: 9, type: EV.EVENT_TAG, data: utf8('abc') }, ['data?: abc']],
    ['a malformed variable', { pcr: 7, type: EV.EFI_VARIABLE_AUTHORITY, data: utf8('abc') }, ['data?: abc']],
    ['a firmware version', { pcr: 0, type: EV.S_CRTM_VERSION, data: utf16('1.2\0') }, ['version: 1.2']],
    ['a description', { pcr: 0, type: 1, data: utf8('ACPI DATA'), measured: utf8('table') }, ['data?: ACPI DATA']],
    [
      'bytes',
      { pcr: 0, type: 1, data: new Uint8Array(80).fill(0xff), measured: utf8('x') },
      [`data?: ${'ff'.repeat(64)}... (80 bytes)`],
    ],
    [
      'terminal controls',
      { ...grub('grub_cmd: ', '\u001b[2J'), measured: utf8('\u001b[2J') },
      ['kind?: GRUB command', 'text: \\x1b[2J'],
    ],
  ];

  it.each(cases)('marks what is covered in %s', (_, entry, expected) => {
    expect(fields(entry)).toEqual(expected);
  });

  it('tells which bank the data fits', () => {
    const half: Entry = {
      ...separator(1),
      digest: (bank) => (bank === 'sha256' ? sha256(u32(0)) : new Uint8Array(20)),
    };
    const [one] = described([half]);
    expect(one?.digests.map(({ fits }) => fits)).toEqual([false, true]);
    expect(one?.fields[0]?.coverage).toBe('claim');
  });

  it('says nothing of fit where data only describes', () => {
    expect(described([image(4, 'x', 'y')])[0]?.digests.map(({ fits }) => fits)).toEqual([undefined, undefined]);
  });
});
