import { nodeHashing } from '../../adapters/crypto/node/hashing.js';
import { EV } from '../../domain/boot-log/event-types.js';
import { concat, utf8 } from '../../domain/encoding/bytes.js';
import { ALGORITHM_IDS, DIGEST_SIZES, type HashAlgorithm } from '../../domain/tpm/algorithms.js';

/** An entry to be written: `measured` is what its digests are of, unless `digest` gives them. */
export interface Entry {
  readonly pcr: number;
  readonly type: number;
  readonly data: Uint8Array;
  readonly measured?: Uint8Array;
  readonly digest?: (bank: HashAlgorithm) => Uint8Array;
}

export const u16 = (value: number): Uint8Array => Uint8Array.of(value & 255, (value >> 8) & 255);
export const u32 = (value: number): Uint8Array => concat(u16(value & 0xffff), u16((value >>> 16) & 0xffff));
export const u64 = (value: number): Uint8Array =>
  concat(u32(value % 0x100000000), u32(Math.floor(value / 0x100000000)));
export const utf16 = (text: string): Uint8Array => concat(...Array.from(text, (letter) => u16(letter.charCodeAt(0))));
const bytesOf = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'));

export const guid = (text: string): Uint8Array => {
  const [a = '', b = '', c = '', d = '', e = ''] = text.split('-');
  const reversed = (hex: string): Uint8Array => bytesOf(hex).reverse();
  return concat(reversed(a), reversed(b), reversed(c), bytesOf(d + e));
};

const digestOf = (entry: Entry, bank: HashAlgorithm): Uint8Array => {
  if (entry.digest !== undefined) return entry.digest(bank);
  return entry.type === EV.NO_ACTION
    ? new Uint8Array(DIGEST_SIZES[bank])
    : nodeHashing.hash(bank, entry.measured ?? entry.data);
};

export const agileEntry = (banks: ReadonlyArray<HashAlgorithm>, entry: Entry): Uint8Array =>
  concat(
    u32(entry.pcr),
    u32(entry.type),
    u32(banks.length),
    ...banks.map((bank) => concat(u16(ALGORITHM_IDS[bank]), digestOf(entry, bank))),
    u32(entry.data.length),
    entry.data,
  );

export const sha1Entry = (entry: Entry): Uint8Array =>
  concat(u32(entry.pcr), u32(entry.type), digestOf(entry, 'sha1'), u32(entry.data.length), entry.data);

/** TCG_EfiSpecIDEvent data; `table` may lie about the algorithms. */
export const specIdData = (
  table: ReadonlyArray<readonly [id: number, size: number]>,
  vendor = new Uint8Array(),
): Uint8Array =>
  concat(
    utf8('Spec ID Event03\0'),
    u32(0),
    Uint8Array.of(0, 2, 0, 2),
    u32(table.length),
    ...table.map(([id, size]) => concat(u16(id), u16(size))),
    Uint8Array.of(vendor.length),
    vendor,
  );

const tableOf = (banks: ReadonlyArray<HashAlgorithm>) =>
  banks.map((bank) => [ALGORITHM_IDS[bank], DIGEST_SIZES[bank]] as const);

export const agileHeader = (banks: ReadonlyArray<HashAlgorithm>): Uint8Array =>
  sha1Entry({ pcr: 0, type: EV.NO_ACTION, data: specIdData(tableOf(banks)) });

export const TWO_BANKS: ReadonlyArray<HashAlgorithm> = ['sha1', 'sha256'];

export const agileLog = (entries: ReadonlyArray<Entry>, banks: ReadonlyArray<HashAlgorithm> = TWO_BANKS): Uint8Array =>
  concat(agileHeader(banks), ...entries.map((entry) => agileEntry(banks, entry)));

export const sha1Log = (entries: ReadonlyArray<Entry>): Uint8Array => concat(...entries.map(sha1Entry));

/** TPM 1.2's TCG_EfiSpecIdEvent. */
export const oldHeader = (version: '00' | '02'): Entry => ({
  pcr: 0,
  type: EV.NO_ACTION,
  data: concat(utf8(`Spec ID Event${version}\0`), u32(0), Uint8Array.of(2, 1, 0, 1, 0)),
});

export const GLOBAL = '8be4df61-93ca-11d2-aa0d-00e098032b8c';
export const SECURITY = 'd719b2cb-3d3a-4596-a3bc-dad00e67656f';
export const SHIM = '605dab50-e046-4300-abb6-3dd810dd8b23';
export const OWNER = '77fa9abd-0359-4d32-bd60-28f4e78f784b';
export const X509_LIST = 'a5c059a1-94e4-4aa7-87b5-ab155c2bf072';
export const SHA256_LIST = 'c1c41626-504c-4092-aca9-41f936934328';
export const X509_SHA256_LIST = '3bd2a492-96c0-4079-b420-fcf98ef103ed';

export const separator = (pcr: number, value = 0): Entry => ({ pcr, type: EV.SEPARATOR, data: u32(value) });
export const action = (pcr: number, text: string): Entry => ({ pcr, type: EV.EFI_ACTION, data: utf8(text) });

export const variableData = (vendor: string, name: string, value: Uint8Array): Uint8Array =>
  concat(guid(vendor), u64(name.length), u64(value.length), utf16(name), value);

export const configuration = (name: string, value: Uint8Array, pcr = 7): Entry => ({
  pcr,
  type: EV.EFI_VARIABLE_DRIVER_CONFIG,
  data: variableData(name === 'db' || name === 'dbx' ? SECURITY : GLOBAL, name, value),
});

export const authority = (vendor: string, name: string, value: Uint8Array): Entry => ({
  pcr: 7,
  type: EV.EFI_VARIABLE_AUTHORITY,
  data: variableData(vendor, name, value),
});

export const signatureData = (data: Uint8Array, owner = OWNER): Uint8Array => concat(guid(owner), data);

export const signatureList = (type: string, entries: ReadonlyArray<Uint8Array>): Uint8Array => {
  const size = 16 + (entries[0]?.length ?? 0);
  const body = concat(...entries.map((entry) => signatureData(entry)));
  return concat(guid(type), u32(28 + body.length), u32(0), u32(size), body);
};

const der = (tag: number, ...parts: ReadonlyArray<Uint8Array>): Uint8Array => {
  const body = concat(...parts);
  const length = body.length < 128 ? [body.length] : [0x82, body.length >> 8, body.length & 255];
  return concat(Uint8Array.of(tag, ...length), body);
};

const tbsOf = (commonName: string): Uint8Array => {
  const name = der(0x30, der(0x31, der(0x30, der(0x06, Uint8Array.of(0x55, 4, 3)), der(0x0c, utf8(commonName)))));
  const fields = [der(0xa0, der(2, Uint8Array.of(2))), der(2, Uint8Array.of(1)), der(0x30), der(0x30), der(0x30), name];
  return der(0x30, ...fields, der(0x30, new Uint8Array(160)));
};

/** Only shaped like a certificate: nothing in a boot log validates one. */
export const certificate = (commonName: string): Uint8Array =>
  der(0x30, tbsOf(commonName), der(0x30), der(0x03, new Uint8Array(33)));

export const toBeSigned = tbsOf;

export const sha256 = (...parts: ReadonlyArray<Uint8Array>): Uint8Array => nodeHashing.hash('sha256', ...parts);
export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

const filePath = (path: string): Uint8Array =>
  concat(Uint8Array.of(4, 4), u16(4 + 2 * (path.length + 1)), utf16(`${path}\0`), Uint8Array.of(0x7f, 0xff, 4, 0));

/** An image whose digest is of `content`, said to come from `path`. */
export const image = (pcr: number, content: string, path: string): Entry => ({
  pcr,
  type: pcr === 2 ? EV.EFI_BOOT_SERVICES_DRIVER : EV.EFI_BOOT_SERVICES_APPLICATION,
  data: concat(u64(0x1000), u64(0x2000), u64(0), u64(filePath(path).length), filePath(path)),
  measured: utf8(content),
});

export const grub = (prefix: string, text: string): Entry => ({
  pcr: 8,
  type: EV.IPL,
  data: utf8(`${prefix}${text}\0`),
  measured: utf8(text),
});

export const file = (name: string, content: string): Entry => ({
  pcr: 9,
  type: EV.IPL,
  data: utf8(`${name}\0`),
  measured: utf8(content),
});

/** TCG_PCClientTaggedEvent; the digest is of `measured`, or else of the payload. */
export const tagged = (pcr: number, id: number, payload: Uint8Array, measured = payload): Entry => ({
  pcr,
  type: EV.EVENT_TAG,
  data: concat(u32(id), u32(payload.length), payload),
  measured,
});

export const module = (pcr: number, name: string, content: string): Entry =>
  tagged(pcr, name.endsWith('.gz') ? 3 : 2, utf8(`${name}\0`), utf8(content));

export const versionRecord = (texts: ReadonlyArray<string>): Uint8Array => {
  const strings = texts.map((text) => utf8(`${text}\0`));
  let at = 40;
  const pairs = strings.map((bytes) => {
    const pair = concat(u16(at), u16(bytes.length));
    at += bytes.length;
    return pair;
  });
  return concat(u32(at), u32(1), u64(0), ...pairs, new Uint8Array(8), ...strings);
};

export const locality = (value: number, pcr = 0): Entry => ({
  pcr,
  type: EV.NO_ACTION,
  data: concat(utf8('StartupLocality\0'), Uint8Array.of(value)),
});

export const PLATFORM_KEY = certificate('Platform key');
export const EXCHANGE_KEY = certificate('Exchange key');
export const SIGNER = certificate('Signer of boot loaders');

/** A UEFI machine with Secure Boot on that starts one signed boot loader, GRUB and Linux: nothing wrong with it. */
export const LINUX_BOOT: ReadonlyArray<Entry> = [
  { pcr: 0, type: EV.S_CRTM_VERSION, data: utf16('Firmware 1.2\0') },
  configuration('SecureBoot', Uint8Array.of(1)),
  configuration('PK', signatureList(X509_LIST, [PLATFORM_KEY])),
  configuration('KEK', signatureList(X509_LIST, [EXCHANGE_KEY])),
  configuration('db', signatureList(X509_LIST, [SIGNER])),
  configuration('dbx', signatureList(SHA256_LIST, [sha256(utf8('bad loader')), sha256(utf8('worse loader'))])),
  separator(7),
  action(4, 'Calling EFI Application from Boot Option'),
  ...[0, 1, 2, 3, 4, 5, 6].map((pcr) => separator(pcr)),
  authority(SECURITY, 'db', signatureData(SIGNER)),
  image(4, 'boot loader', '\\EFI\\BOOT\\BOOTX64.EFI'),
  authority(SHIM, 'SbatLevel', utf8('sbat,1,2025021800\n')),
  image(4, 'grub', '\\EFI\\debian\\grubx64.efi'),
  file('(hd0)/grub.cfg', 'configuration'),
  grub('grub_cmd: ', 'linux /vmlinuz root=/dev/sda quiet'),
  file('/vmlinuz', 'kernel'),
  grub('kernel_cmdline: ', '/vmlinuz root=/dev/sda quiet'),
  file('/initrd.img', 'initial ramdisk'),
  action(5, 'Exit Boot Services Invocation'),
  action(5, 'Exit Boot Services Returned with Success'),
];

const FIRMWARE = LINUX_BOOT.filter(({ pcr }) => pcr < 8);

/** The same firmware, then what ESXi's boot loader measures. */
export const ESXI_BOOT: ReadonlyArray<Entry> = [
  ...FIRMWARE.slice(0, -2),
  tagged(13, 8, versionRecord(['vmkboot', 'VMware ESXi', '8.0.3 build-1', '/b.b00'])),
  module(12, 'b.b00', 'vmkboot'),
  module(14, 'useropts.gz', 'options'),
  tagged(13, 8, versionRecord(['vmkernel', 'VMware ESXi', '8.0.3 build-1', '/k.b00'])),
  module(12, 'k.b00', 'vmkernel'),
  module(13, 'vmx.v00', 'a driver'),
  module(11, 'esxupdt.v00', 'updater'),
  tagged(14, 7, utf8('signer certificate')),
  tagged(14, 6, utf8('rack 7')),
  tagged(14, 4, utf8('/b.b00 vmbTrustedBoot=true')),
  ...FIRMWARE.slice(-2),
];
