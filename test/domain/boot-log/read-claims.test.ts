import * as fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { nodeHashing } from '../../../adapters/crypto/node/hashing.js';
import type { BootClaims, BootLogFinding, BootLogFindingCode } from '../../../domain/boot-log/claims.js';
import { describeLog } from '../../../domain/boot-log/describe-log.js';
import { EV } from '../../../domain/boot-log/event-types.js';
import { parseBootLog } from '../../../domain/boot-log/parse-boot-log.js';
import { readClaims } from '../../../domain/boot-log/read-claims.js';
import { concat, utf8 } from '../../../domain/encoding/bytes.js';
import type { HashAlgorithm } from '../../../domain/tpm/algorithms.js';
import {
  action,
  agileLog,
  authority,
  certificate,
  configuration,
  type Entry,
  EXCHANGE_KEY,
  file,
  grub,
  guid,
  hex,
  image,
  LINUX_BOOT,
  PLATFORM_KEY,
  SECURITY,
  SHA256_LIST,
  SHIM,
  SIGNER,
  separator,
  sha1Log,
  sha256,
  signatureData,
  signatureList,
  toBeSigned,
  u32,
  u64,
  utf16,
  variableData,
  X509_LIST,
  X509_SHA256_LIST,
} from '../../support/boot-log-builder.js';

const read = (
  entries: ReadonlyArray<Entry>,
  bank: HashAlgorithm = 'sha256',
): { readonly claims: BootClaims; readonly findings: ReadonlyArray<BootLogFinding> } => {
  const log = parseBootLog(agileLog(entries));
  if (E.isLeft(log)) throw new Error(JSON.stringify(log.left));
  return readClaims(nodeHashing, log.right, bank);
};
const codes = (entries: ReadonlyArray<Entry>): ReadonlyArray<BootLogFindingCode> =>
  read(entries).findings.map(({ code }) => code);

const at = (match: (entry: Entry) => boolean): number => LINUX_BOOT.findIndex(match);
const isVariable =
  (name: string) =>
  ({ type, data }: Entry): boolean =>
    type === EV.EFI_VARIABLE_DRIVER_CONFIG &&
    Buffer.from(data).includes(Buffer.from(utf16(name)), 32) &&
    data[16] === name.length;
const without = (match: (entry: Entry) => boolean): ReadonlyArray<Entry> => LINUX_BOOT.filter((entry) => !match(entry));
const replacing = (match: (entry: Entry) => boolean, ...entries: ReadonlyArray<Entry>): ReadonlyArray<Entry> =>
  LINUX_BOOT.flatMap((entry) => (match(entry) ? entries : [entry]));
const before = (match: (entry: Entry) => boolean, ...entries: ReadonlyArray<Entry>): ReadonlyArray<Entry> =>
  LINUX_BOOT.toSpliced(at(match), 0, ...entries);
const behind = (match: (entry: Entry) => boolean, ...entries: ReadonlyArray<Entry>): ReadonlyArray<Entry> =>
  LINUX_BOOT.toSpliced(at(match) + 1, 0, ...entries);
const isSeparator =
  (pcr: number) =>
  (entry: Entry): boolean =>
    entry.type === EV.SEPARATOR && entry.pcr === pcr;
const isAuthority = ({ type }: Entry): boolean => type === EV.EFI_VARIABLE_AUTHORITY;
const isCommandLine = ({ data }: Entry): boolean => Buffer.from(data).includes('kernel_cmdline');
const isCalling = ({ data }: Entry): boolean => Buffer.from(data).includes('Calling EFI');
const wrongly = (entry: Entry): Entry => ({ ...entry, measured: utf8('something else') });
const set = (name: string, ...value: ReadonlyArray<number>): ReadonlyArray<Entry> =>
  replacing(isVariable(name), configuration(name, Uint8Array.from(value)));

describe('the claims of a healthy machine', () => {
  const { claims, findings } = read(LINUX_BOOT);

  it('come without a finding, in either bank', () => {
    expect(findings).toEqual([]);
    expect(read(LINUX_BOOT, 'sha1').findings).toEqual([]);
  });

  it('name firmware, applications, files and command line', () => {
    expect(claims.uefi).toBe(true);
    expect(claims.firmwareVersion).toBe('Firmware 1.2');
    expect(claims.bootApplications.map(({ digest, path }) => [digest, path])).toEqual([
      [hex(sha256(utf8('boot loader'))), '\\EFI\\BOOT\\BOOTX64.EFI'],
      [hex(sha256(utf8('grub'))), '\\EFI\\debian\\grubx64.efi'],
    ]);
    expect(claims.files.map(({ name }) => name)).toEqual(['(hd0)/grub.cfg', '/vmlinuz', '/initrd.img']);
    expect(claims.files[1]?.digest).toBe(hex(sha256(utf8('kernel'))));
    expect(claims.commandLines.map(({ text }) => text)).toEqual(['/vmlinuz root=/dev/sda quiet']);
    expect(claims.bootLoaderCommands.map(({ text }) => text)).toEqual(['linux /vmlinuz root=/dev/sda quiet']);
    expect([claims.drivers, claims.esxi]).toEqual([[], undefined]);
  });

  it('tell the state of Secure Boot and who authorised what', () => {
    const { secureBoot } = claims;
    expect(secureBoot.state).toBe('enabled');
    expect([secureBoot.debugMode, secureBoot.dmaProtectionDisabled, secureBoot.setupMode]).toEqual([
      false,
      false,
      undefined,
    ]);
    expect(secureBoot.db).toEqual([
      {
        kind: 'x509',
        owner: '77fa9abd-0359-4d32-bd60-28f4e78f784b',
        sha256: hex(sha256(SIGNER)),
        subject: 'CN=Signer of boot loaders',
      },
    ]);
    expect(secureBoot.dbx.map(({ kind, sha256: hash }) => [kind, hash])).toEqual([
      ['sha256', hex(sha256(utf8('bad loader')))],
      ['sha256', hex(sha256(utf8('worse loader')))],
    ]);
    expect(secureBoot.authorities).toMatchObject([
      { variable: 'db', kind: 'certificate', sha256: hex(sha256(SIGNER)), inDb: true, beforeSeparator: false },
      { variable: 'SbatLevel', kind: 'variable', sha256: hex(sha256(utf8('sbat,1,2025021800\n'))), inDb: false },
    ]);
  });

  it('are in the bank that was asked for', () => {
    const sha1 = nodeHashing.hash('sha1', utf8('grub'));
    expect(read(LINUX_BOOT, 'sha1').claims.bootApplications[1]?.digest).toBe(hex(sha1));
  });

  it('are none in a bank that the log does not have', () => {
    expect(read(LINUX_BOOT, 'sha512').findings).toContainEqual({
      code: 'BanksDisagree',
      detail: 'the log has no sha512 bank',
    });
    expect(read(LINUX_BOOT, 'sha512').claims.uefi).toBe(false);
  });
});

describe('data that is not what was measured', () => {
  const rehashed: ReadonlyArray<readonly [string, Entry]> = [
    ['a separator', separator(3)],
    ['an action', action(6, 'Calling')],
    ['a firmware version', { pcr: 0, type: EV.S_CRTM_VERSION, data: utf8('1.0') }],
    ['a boot variable', { pcr: 1, type: EV.EFI_VARIABLE_BOOT, data: variableData(SECURITY, 'Boot0000', utf8('x')) }],
    ['a second-generation boot variable', { pcr: 1, type: EV.EFI_VARIABLE_BOOT2, data: utf8('short') }],
    ['a configuration variable of PCR 1', configuration('Setup', utf8('x'), 1)],
    ['a partition table', { pcr: 5, type: EV.EFI_GPT_EVENT, data: utf8('EFI PART') }],
    ['an authority', authority(SHIM, 'SbatLevel', utf8('sbat,1'))],
    ['a command of GRUB', grub('grub_cmd: ', 'insmod gzio')],
  ];

  it.each(rehashed)('is found for %s', (_, entry) => {
    const log = behind(isAuthority, wrongly(entry));
    expect(read(log).findings).toContainEqual({
      code: 'EventDataMismatch',
      pcr: entry.pcr,
      event: at(isAuthority) + 1,
    });
  });

  it('is no matter for types whose data only describes it', () => {
    for (const type of [1, 7, 9, 0xa, 0xb, 0x11, 0x80000008, 0x80000009, 0x8000000a, 0x8000000b]) {
      const entry = { pcr: 1, type, data: utf8('a description'), measured: utf8('the thing itself') };
      expect(codes(before(isCalling, entry))).toEqual([]);
    }
  });

  it('may be a boot variable whole or its value alone', () => {
    const data = variableData(SECURITY, 'Boot0000', utf8('value'));
    expect(codes(before(isCalling, { pcr: 1, type: EV.EFI_VARIABLE_BOOT, data }))).toEqual([]);
    expect(codes(before(isCalling, { pcr: 1, type: EV.EFI_VARIABLE_BOOT, data, measured: utf8('value') }))).toEqual([]);
  });

  it('must be the whole variable in PCR 7', () => {
    const log = replacing(isVariable('db'), {
      ...configuration('db', signatureList(X509_LIST, [SIGNER])),
      measured: signatureList(X509_LIST, [SIGNER]),
    });
    expect(codes(log)).toContain('EventDataMismatch');
    expect(read(log).claims.secureBoot.db).toEqual([]);
  });

  it('is a disagreement when only one bank fits', () => {
    const half = (bank: HashAlgorithm): Uint8Array => nodeHashing.hash(bank, bank === 'sha1' ? utf8('x') : u32(0));
    const log = replacing(isSeparator(2), { ...separator(2), digest: half });
    expect(codes(log)).toEqual(['BanksDisagree']);
    expect(read(log, 'sha1').findings.map(({ code }) => code)).toEqual(['EventDataMismatch', 'BanksDisagree']);
  });
});

describe('separators', () => {
  const cases: ReadonlyArray<readonly [string, BootLogFindingCode | undefined, ReadonlyArray<Entry>]> = [
    ['may be ffffffff', undefined, replacing(isSeparator(5), separator(5, 0xffffffff))],
    ['say that the firmware met an error', 'FirmwareError', replacing(isSeparator(5), separator(5, 1))],
    ['hold no other value', 'SeparatorInvalid', replacing(isSeparator(5), separator(5, 2))],
    ['have four bytes', 'SeparatorInvalid', replacing(isSeparator(5), { ...separator(5), data: utf8('000') })],
    ['must not be missing', 'SeparatorMissing', without(isSeparator(6))],
    ['must not be repeated', 'SeparatorDuplicate', behind(isSeparator(6), separator(6))],
    ['of PCR 7 must not be repeated', 'SeparatorDuplicate', behind(isSeparator(6), separator(7))],
    ['of PCR 4 must not be repeated in one boot attempt', 'SeparatorDuplicate', behind(isSeparator(6), separator(4))],
    [
      'of PCR 4 may be repeated for a boot attempt that returned',
      undefined,
      behind(isSeparator(6), action(4, 'Returning from EFI Application from Boot Option'), separator(4)),
    ],
    ['above PCR 7 mean nothing', undefined, behind(isSeparator(6), { ...separator(12), data: utf8('WBCL') })],
    ['come after the call of a boot option', 'Quirk:SeparatorWithoutCallingEfiApplication', without(isCalling)],
    [
      'may see that call in PCR 5',
      undefined,
      replacing(isCalling, action(5, 'Calling EFI Application from Boot Option')),
    ],
  ];

  it.each(cases)('%s: %s', (_, code, entries) => {
    expect(codes(entries)).toEqual(code === undefined ? [] : [code]);
  });

  it('are all missing from a log that tells nothing else', () => {
    const { findings, claims } = read([]);
    expect(findings.map(({ code, pcr }) => [code, pcr])).toEqual(
      [0, 1, 2, 3, 4, 5, 6, 7].map((pcr) => ['SeparatorMissing', pcr]),
    );
    expect([claims.uefi, claims.secureBoot.state]).toEqual([false, 'absent']);
  });
});

describe('the end of boot services', () => {
  it('is missed by name', () => {
    expect(codes(LINUX_BOOT.slice(0, -2))).toEqual(['Quirk:ExitBootServicesMissing']);
  });

  it('may fail first', () => {
    const log = [
      ...LINUX_BOOT.slice(0, -1),
      action(5, 'Exit Boot Services Returned with Failure'),
      ...LINUX_BOOT.slice(-2),
    ];
    expect(codes(log)).toEqual([]);
  });

  it('is not followed by measurements of firmware', () => {
    expect(codes([...LINUX_BOOT, image(4, 'another', 'x')])).toEqual(['EventsAfterExitBootServices']);
    expect(codes([...LINUX_BOOT, { pcr: 10, type: EV.IPL, data: utf8('later') }])).toEqual([]);
  });
});

describe('Secure Boot', () => {
  it('is off when the variable is 0 or empty', () => {
    expect(read(set('SecureBoot', 0)).claims.secureBoot.state).toBe('disabled');
    expect(read(set('SecureBoot')).claims.secureBoot.state).toBe('disabled');
    expect(codes(set('SecureBoot'))).toEqual([]);
  });

  it.each([[[2]], [[1, 0]], [[255]]])('has no state of bytes %j', (bytes) => {
    expect(codes(set('SecureBoot', ...bytes))).toEqual(['SecureBootVariableInvalid']);
    expect(read(set('SecureBoot', ...bytes)).claims.secureBoot.state).toBe('absent');
  });

  it('has no state that the digest does not cover', () => {
    const log = replacing(isVariable('SecureBoot'), wrongly(configuration('SecureBoot', Uint8Array.of(1))));
    expect(read(log).claims.secureBoot.state).toBe('absent');
  });

  it('has no state in a variable of another vendor', () => {
    const data = variableData(SHIM, 'SecureBoot', Uint8Array.of(1));
    const log = replacing(isVariable('SecureBoot'), { pcr: 7, type: EV.EFI_VARIABLE_DRIVER_CONFIG, data });
    expect(read(log).claims.secureBoot.state).toBe('absent');
  });

  it.each(['PK', 'KEK', 'db'])('needs %s, measured and not empty', (name) => {
    expect(codes(set(name))).toContain('SecureBootKeysMissing');
    expect(codes(without(isVariable(name)))).toContain('SecureBootKeysMissing');
  });

  it('needs dbx measured, though it may be empty', () => {
    expect(codes(without(isVariable('dbx')))).toEqual(['SecureBootKeysMissing']);
    expect(codes(set('dbx'))).toEqual([]);
  });

  it('needs no keys when it is off', () => {
    const off = [set('SecureBoot', 0), set('PK')].map((log) => log.find(isVariable('SecureBoot')));
    expect(off).toHaveLength(2);
    const log = LINUX_BOOT.map((entry) =>
      isVariable('SecureBoot')(entry) ? configuration('SecureBoot', Uint8Array.of(0)) : entry,
    ).map((entry) => (isVariable('PK')(entry) ? configuration('PK', new Uint8Array()) : entry));
    expect(codes(log)).toEqual([]);
  });

  it('is not configured twice', () => {
    expect(codes(before(isSeparator(7), configuration('SecureBoot', Uint8Array.of(0))))).toEqual(['VariableDuplicate']);
  });

  it('is not configured after the separator, and what comes there is not believed', () => {
    const log = behind(isSeparator(7), configuration('AuditMode', Uint8Array.of(1)));
    expect(codes(log)).toEqual(['ConfigurationAfterSeparator']);
    expect(read(log).claims.secureBoot.auditMode).toBeUndefined();
  });

  it.each([1, 7])('tells audit, deployed and setup mode from PCR %i', (pcr) => {
    const modes = [
      ['AuditMode', 1],
      ['DeployedMode', 0],
      ['SetupMode', 0],
    ] as const;
    const log = before(isSeparator(7), ...modes.map(([name, value]) => configuration(name, Uint8Array.of(value), pcr)));
    expect(codes(log)).toEqual([]);
    expect(read(log).claims.secureBoot).toMatchObject({ auditMode: true, deployedMode: false, setupMode: false });
  });

  it('takes its own state from PCR 7 only', () => {
    const log = replacing(isVariable('SecureBoot'), configuration('SecureBoot', Uint8Array.of(1), 1));
    expect(read(log).claims.secureBoot.state).toBe('absent');
  });

  it('tells of a debugger and of missing DMA protection', () => {
    const log = before(isSeparator(7), action(7, 'UEFI Debug Mode'), action(7, 'DMA Protection Disabled'));
    expect(codes(log)).toEqual([]);
    expect(read(log).claims.secureBoot).toMatchObject({ debugMode: true, dmaProtectionDisabled: true });
  });

  it('knows no other action and no other type in PCR 7', () => {
    expect(codes(before(isSeparator(7), action(7, 'Something new')))).toEqual(['UnexpectedEventInPcr7']);
    expect(codes(before(isSeparator(7), { pcr: 7, type: 0x1234, data: utf8('x') }))).toEqual(['UnexpectedEventInPcr7']);
  });
});

describe('signature lists and variables', () => {
  const list = signatureList(X509_LIST, [SIGNER]);
  const broken: ReadonlyArray<readonly [string, Uint8Array]> = [
    ['cut off', list.subarray(0, -1)],
    ['with bytes behind', concat(list, Uint8Array.of(1))],
    ['with a list larger than the value', concat(guid(X509_LIST), u32(0xffffffff), u32(0), u32(48))],
    ['with a list smaller than its head', concat(guid(X509_LIST), u32(27), u32(0), u32(48))],
    ['with a header that leads out', concat(guid(X509_LIST), u32(28), u32(0xfffffff0), u32(48))],
    ['with entries of no size', concat(guid(X509_LIST), u32(28), u32(0), u32(0))],
    ['with entries of an owner only', concat(guid(X509_LIST), u32(44), u32(0), u32(16), new Uint8Array(16))],
    ['with a part of an entry', concat(guid(X509_LIST), u32(60), u32(0), u32(48), new Uint8Array(32))],
  ];

  it.each(broken)('are malformed when %s', (_, value) => {
    expect(codes(replacing(isVariable('dbx'), configuration('dbx', value)))).toEqual([
      'EventMalformed',
      'SecureBootKeysMissing',
    ]);
  });

  const head = guid(SECURITY);
  const variables: ReadonlyArray<readonly [string, Uint8Array]> = [
    ['shorter than its head', head],
    ['with a name of 2^32 units', concat(head, u64(0x100000000), u64(0), utf16('db'))],
    ['with a name of 257 units', concat(head, u64(257), u64(0), new Uint8Array(514))],
    ['with a value of 2^63 bytes', concat(head, u64(2), u32(0), u32(0x80000000), utf16('db'))],
    ['with a value longer than the event', concat(head, u64(2), u64(5), utf16('db'), new Uint8Array(4))],
    ['with bytes behind the value', concat(variableData(SECURITY, 'db', list), Uint8Array.of(0))],
  ];

  it.each(variables)('are malformed in a variable %s', (_, data) => {
    expect(codes(before(isSeparator(7), { pcr: 7, type: EV.EFI_VARIABLE_DRIVER_CONFIG, data }))).toEqual([
      'EventMalformed',
    ]);
  });

  it('are malformed beyond 8192 entries', () => {
    const hashes = Array.from({ length: 8193 }, () => new Uint8Array(32));
    const dbx = signatureList(SHA256_LIST, hashes);
    expect(codes(replacing(isVariable('dbx'), configuration('dbx', dbx)))).toContain('EventMalformed');
  });

  it('keep kinds that nobody knows', () => {
    const value = signatureList('00000000-0000-0000-0000-000000000001', [utf8('opaque')]);
    const { claims } = read(replacing(isVariable('dbx'), configuration('dbx', value)));
    expect(claims.secureBoot.dbx).toMatchObject([
      { kind: 'other', sha256: hex(sha256(utf8('opaque'))), subject: undefined },
    ]);
  });
});

describe('authorities', () => {
  const stranger = certificate('Stranger');

  it('must be in the measured db', () => {
    expect(codes(behind(isAuthority, authority(SECURITY, 'db', signatureData(stranger))))).toEqual([
      'AuthorityNotInDb',
    ]);
  });

  it('may be bare certificates, as older shims measure them', () => {
    expect(codes(behind(isAuthority, authority(SECURITY, 'db', SIGNER)))).toEqual([]);
  });

  it('may be hashes', () => {
    const hash = sha256(utf8('tool'));
    const db = concat(signatureList(X509_LIST, [SIGNER]), signatureList(SHA256_LIST, [hash]));
    const log = replacing(isVariable('db'), configuration('db', db)).toSpliced(
      -4,
      0,
      authority(SECURITY, 'db', signatureData(hash)),
    );
    expect(codes(log)).toEqual([]);
    expect(read(log).claims.secureBoot.authorities.at(-1)).toMatchObject({
      kind: 'hash',
      sha256: hex(hash),
      inDb: true,
    });
  });

  it("of shim's own lists are named and never in db", () => {
    const log = behind(
      isAuthority,
      authority(SHIM, 'MokListRT', signatureData(stranger)),
      authority(SHIM, 'Shim', SIGNER),
    );
    expect(codes(log)).toEqual([]);
    expect(
      read(log).claims.secureBoot.authorities.map(({ variable, kind, subject, inDb }) => [
        variable,
        kind,
        subject,
        inDb,
      ]),
    ).toEqual([
      ['db', 'certificate', 'CN=Signer of boot loaders', true],
      ['MokListRT', 'certificate', 'CN=Stranger', false],
      ['Shim', 'certificate', 'CN=Signer of boot loaders', false],
      ['SbatLevel', 'variable', undefined, false],
    ]);
  });

  it('come before the separator for drivers', () => {
    const log = before(isSeparator(7), authority(SECURITY, 'db', signatureData(SIGNER)), image(2, 'option ROM', 'rom'));
    expect(codes(log)).toEqual([]);
    expect(read(log).claims.secureBoot.authorities[0]?.beforeSeparator).toBe(true);
    expect(read(log).claims.drivers).toMatchObject([{ digest: hex(sha256(utf8('option ROM'))), path: 'rom' }]);
  });

  it('do not come before the keys', () => {
    expect(codes(before(isVariable('db'), authority(SECURITY, 'db', signatureData(SIGNER))))).toEqual([
      'AuthorityOutOfOrder',
    ]);
  });

  it('must be readable', () => {
    const data = guid(SECURITY);
    expect(codes(behind(isAuthority, { pcr: 7, type: EV.EFI_VARIABLE_AUTHORITY, data }))).toEqual(['EventMalformed']);
  });

  describe("of shim's that logged one byte more than it measured", () => {
    const whole = concat(variableData(SHIM, 'Shim', SIGNER), Uint8Array.of(1, 2, 3, 4, 5, 6));
    const quirky = (data: Uint8Array, measured: Uint8Array): ReadonlyArray<Entry> =>
      behind(isAuthority, { pcr: 7, type: EV.EFI_VARIABLE_AUTHORITY, data, measured });

    it('are a named quirk', () => {
      expect(codes(quirky(whole, whole.subarray(0, -1)))).toEqual(['Quirk:ShimAuthorityTrailingByte']);
      expect(read(quirky(whole, whole.subarray(0, -1))).claims.secureBoot.authorities[1]).toMatchObject({
        variable: 'Shim',
        sha256: hex(sha256(SIGNER)),
      });
    });

    it.each<readonly [string, Uint8Array, Uint8Array]>([
      ['two bytes too many', whole, whole.subarray(0, -2)],
      ['seven bytes behind the certificate', concat(whole, Uint8Array.of(7)), whole],
      [
        'something else behind an owner',
        concat(variableData(SHIM, 'Shim', signatureData(SIGNER)), new Uint8Array(6)),
        concat(variableData(SHIM, 'Shim', signatureData(SIGNER)), new Uint8Array(5)),
      ],
    ])('are no quirk with %s', (_, data, measured) => {
      expect(codes(quirky(data, measured))).toEqual(['EventDataMismatch', 'EventMalformed']);
    });

    it('are malformed when the digest covers bytes behind the value', () => {
      expect(codes(quirky(whole, whole))).toEqual(['EventMalformed']);
    });
  });
});

describe('dbx', () => {
  const withDbx = (...lists: ReadonlyArray<Uint8Array>): ReadonlyArray<Entry> =>
    replacing(isVariable('dbx'), configuration('dbx', concat(...lists)));

  it('forbids images by their hash', () => {
    expect(codes(behind(isAuthority, image(4, 'bad loader', 'x')))).toEqual(['ForbiddenByDbx']);
    expect(codes(before(isSeparator(2), image(2, 'worse loader', 'x')))).toEqual(['ForbiddenByDbx']);
  });

  it('forbids images by their SHA-256 also when another bank is judged', () => {
    const { findings } = read(behind(isAuthority, image(4, 'bad loader', 'x')), 'sha1');
    expect(findings.map(({ code }) => code)).toEqual(['ForbiddenByDbx']);
  });

  it('forbids what a listed certificate authorised', () => {
    expect(codes(withDbx(signatureList(X509_LIST, [SIGNER])))).toEqual(['ForbiddenByDbx']);
  });

  it('forbids by the hash of what a certificate signs', () => {
    const revocation = concat(sha256(toBeSigned('Signer of boot loaders')), new Uint8Array(16));
    expect(codes(withDbx(signatureList(X509_SHA256_LIST, [revocation])))).toEqual(['ForbiddenByDbx']);
  });

  it('forbids nothing else', () => {
    expect(codes(withDbx(signatureList(X509_LIST, [PLATFORM_KEY, EXCHANGE_KEY].slice(0, 1))))).toEqual([]);
  });
});

describe('labels that no digest covers', () => {
  it('hide no boot application: what PCR 4 cannot explain was loaded', () => {
    for (const type of [EV.IPL, EV.EVENT_TAG, EV.COMPACT_HASH, 0x1234, EV.EFI_GPT_EVENT]) {
      const log = behind(isAuthority, { ...image(4, 'hidden', 'x'), type });
      expect(read(log).claims.bootApplications[0]).toMatchObject({ digest: hex(sha256(utf8('hidden'))) });
    }
  });

  it('hide no file of PCR 9', () => {
    const log = behind(isAuthority, { ...file('x', 'hidden'), type: 0x1234 });
    expect(read(log).claims.files[0]?.digest).toBe(hex(sha256(utf8('hidden'))));
  });

  it('hide no command line behind the label of a command', () => {
    const log = [
      ...LINUX_BOOT.filter((entry) => !isCommandLine(entry)),
      grub('grub_cmd: ', '/vmlinuz root=/dev/sda quiet'),
    ];
    expect(read(log).claims.commandLines.map(({ text }) => text)).toEqual(['/vmlinuz root=/dev/sda quiet']);
    const lying = replacing(isCommandLine, grub('kernel_cmdline: ', '/vmlinuz harmless'));
    expect(read(lying).claims.commandLines.map(({ text }) => text)).toEqual([
      '/vmlinuz harmless',
      '/vmlinuz root=/dev/sda quiet',
    ]);
  });

  it('are quoted differently by GRUB without being another command line', () => {
    const log = replacing(isCommandLine, grub('kernel_cmdline: ', '/vmlinuz "root=/dev/sda" quiet'));
    expect(read(log).claims.commandLines).toHaveLength(1);
  });

  it('explain nothing in PCR 8 that GRUB did not write', () => {
    for (const hidden of [
      { ...grub('', 'x'), measured: utf8('y') },
      { pcr: 8, type: 0x1234, data: utf8('x') },
    ])
      expect(codes(behind(isCommandLine, hidden))).toEqual(['UnexplainedMeasurement']);
  });

  it('may be of an older GRUB, whose digest counts the final NUL', () => {
    const old = { ...grub('grub_cmd ', 'set x=y'), measured: utf8('set x=y\0') };
    const log = [...LINUX_BOOT.slice(0, -4), old, grub('grub_kernel_cmdline ', 'vmlinuz ro'), ...LINUX_BOOT.slice(-2)];
    expect(codes(log)).toEqual([]);
    expect(read(log).claims.bootLoaderCommands.map(({ text }) => text)).toContain('set x=y');
    expect(read(log).claims.commandLines.map(({ text }) => text)).toContain('vmlinuz ro');
  });

  it('of a systemd stub are believed when the digest covers the text', () => {
    const stub = { pcr: 12, type: EV.IPL, data: utf16('quiet splash\0') };
    expect(read([...LINUX_BOOT, stub]).claims.commandLines.at(-1)?.text).toBe('quiet splash');
    expect(read([...LINUX_BOOT, wrongly(stub)]).claims.commandLines).toHaveLength(1);
  });

  it('of the kernel stub name the initial ramdisk', () => {
    const data = concat(u32(0x8f3b22ed), u32(13), utf8('Linux initrd\0'));
    const log = [...LINUX_BOOT, { pcr: 9, type: EV.EVENT_TAG, data, measured: utf8('ramdisk') }];
    expect(read(log).claims.files.at(-1)).toMatchObject({ name: 'Linux initrd', digest: hex(sha256(utf8('ramdisk'))) });
  });
});

describe('the firmware version', () => {
  const version = (data: Uint8Array): string | undefined =>
    read([{ pcr: 0, type: EV.S_CRTM_VERSION, data }]).claims.firmwareVersion;

  it.each<readonly [string, Uint8Array, string | undefined]>([
    ['UTF-16', utf16('F.21 \0'), 'F.21'],
    ['ASCII', utf8('1.0.7\0'), '1.0.7'],
    ['a GUID', guid('1efb6b54-0c1d-5540-a4ad-4ef4bf17b83a'), '1efb6b54-0c1d-5540-a4ad-4ef4bf17b83a'],
    ['a few bytes', Uint8Array.of(0x91, 2, 3), '910203'],
    ['a large structure', new Uint8Array(100).fill(0x91), `sha256:${hex(sha256(new Uint8Array(100).fill(0x91)))}`],
    ['an empty text', new Uint8Array(2), undefined],
  ])('may be %s', (_, data, expected) => {
    expect(version(data)).toBe(expected);
  });
});

describe('claims from hostile logs', () => {
  it('never throw, whatever byte is flipped', () => {
    for (const whole of [agileLog(LINUX_BOOT), sha1Log(LINUX_BOOT)]) {
      for (let offset = 0; offset < whole.length; offset += 3) {
        const flipped = Uint8Array.from(whole);
        flipped[offset] = (flipped[offset] ?? 0) ^ (1 << (offset % 8));
        const log = parseBootLog(flipped);
        if (E.isRight(log)) expect(() => readClaims(nodeHashing, log.right, 'sha1')).not.toThrow();
      }
    }
  });

  it('never throw, whatever an entry holds', () => {
    const entry = fc.record({
      pcr: fc.integer({ min: 0, max: 23 }),
      type: fc.constantFrom(...Object.values(EV)),
      data: fc.uint8Array({ maxLength: 120 }),
      measured: fc.option(fc.uint8Array({ maxLength: 3 }), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 6 }), (entries) => {
        const built = entries.map(
          ({ measured, ...rest }): Entry => (measured === undefined ? rest : { ...rest, measured }),
        );
        const log = parseBootLog(agileLog(built));
        if (E.isLeft(log)) return;
        expect(readClaims(nodeHashing, log.right, 'sha256').claims).toBeDefined();
        expect(describeLog(nodeHashing, log.right)).toHaveLength(log.right.measurements.length);
      }),
    );
  });
});
