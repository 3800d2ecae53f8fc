import { createHash } from 'node:crypto';
import { bootLogRecords } from './boot-log-records.js';

/** A file of boot.cfg; the digest covers `content`, the log carries only the name. */
export interface EsxiModule {
  readonly file: string;
  readonly content: string;
}

export interface EsxiBoot {
  readonly version: string;
  readonly build: string;
  readonly modules: ReadonlyArray<EsxiModule>;
  readonly commandLine: string;
  /** DER of whatever signed the modules, one for each signer. */
  readonly signers: ReadonlyArray<Buffer>;
  readonly assetTag?: string;
}

const EV_EVENT_TAG = 6;
const FIRMWARE_PCRS = 8;
const TAGS = { module: 2, bootOption: 3, commandLine: 4, assetTag: 6, signer: 7, version: 8 };
const HASHES = new Map([
  [0x04, 'sha1'],
  [0x0b, 'sha256'],
  [0x0c, 'sha384'],
  [0x0d, 'sha512'],
]);
/** Modules that the boot loader knows by their name without extension, and where it measures them. */
const CORE_PCRS = new Map([
  ['esxupdt', 11],
  ['b', 12],
  ['k', 12],
  ['s', 12],
  ['sb', 12],
]);
const VERSIONED = new Map([
  ['b', 'vmkBoot'],
  ['k', 'vmkernel'],
]);

interface Measurement {
  readonly pcr: number;
  readonly tag: number;
  readonly measured: Buffer;
  readonly logged: Buffer;
}

const uint32 = (...values: ReadonlyArray<number>): Buffer => {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, i) => bytes.writeUInt32LE(value, 4 * i));
  return bytes;
};

const encodeRecord = (algorithms: ReadonlyArray<number>, { pcr, tag, measured, logged }: Measurement): Buffer => {
  const digests = algorithms.map((algorithm) => {
    const id = Buffer.alloc(2);
    id.writeUInt16LE(algorithm);
    return Buffer.concat([
      id,
      createHash(HASHES.get(algorithm) ?? '')
        .update(measured)
        .digest(),
    ]);
  });
  const data = Buffer.concat([uint32(tag, logged.length), logged]);
  return Buffer.concat([uint32(pcr, EV_EVENT_TAG, algorithms.length), ...digests, uint32(data.length), data]);
};

/** totalSize, formatVersion, flags; four pairs of offset and length (component, product, version, file); the strings. */
const versionRecord = (...texts: readonly [string, string, string, string]): Buffer => {
  const strings = texts.map((text) => Buffer.from(`${text}\0`, 'latin1'));
  const fixed = Buffer.alloc(32);
  let offset = fixed.length;
  strings.forEach((text, i) => {
    fixed.writeUInt16LE(offset, 16 + 4 * i);
    fixed.writeUInt16LE(text.length, 18 + 4 * i);
    offset += text.length;
  });
  fixed.writeUInt32LE(offset, 0);
  fixed.writeUInt32LE(1, 4);
  return Buffer.concat([fixed, ...strings]);
};

const selfDescribing = (pcr: number, tag: number, bytes: Buffer): Measurement => ({
  pcr,
  tag,
  measured: bytes,
  logged: bytes,
});

const moduleMeasurements = (boot: EsxiBoot, { file, content }: EsxiModule): ReadonlyArray<Measurement> => {
  const name = file.slice(file.lastIndexOf('/') + 1);
  const dot = name.lastIndexOf('.');
  const stem = dot < 0 ? name : name.slice(0, dot);
  const measured = content === '' ? Buffer.alloc(1) : Buffer.from(content);
  const logged = Buffer.from(`${name}\0`, 'latin1');
  const core = CORE_PCRS.get(stem);
  if (core === undefined && name.endsWith('.gz')) return [{ pcr: 14, tag: TAGS.bootOption, measured, logged }];
  const module = { pcr: core ?? 13, tag: TAGS.module, measured, logged };
  const component = VERSIONED.get(stem);
  if (component === undefined) return [module];
  const record = versionRecord(component, 'VMware ESXi', `${boot.version} build-${boot.build}`, file);
  return [selfDescribing(13, TAGS.version, record), module];
};

/**
 * The boot log of an ESXi host whose firmware wrote `firmwareLog`: its events of PCR 0 to 7, then the boot loader's.
 * Module contents are made up, so that the digests are of no release of anybody's product.
 */
export const esxiBootLog = (firmwareLog: Buffer, boot: EsxiBoot): Buffer => {
  const { head, algorithms, records } = bootLogRecords(firmwareLog);
  const kernel = boot.modules[0]?.file ?? '';
  const commandLine = boot.commandLine === '' ? kernel : `${kernel} ${boot.commandLine}`;
  const measurements = [
    ...boot.modules.flatMap((module) => moduleMeasurements(boot, module)),
    selfDescribing(14, TAGS.commandLine, Buffer.from(commandLine)),
    ...boot.signers.map((signer) => selfDescribing(14, TAGS.signer, signer)),
    ...(boot.assetTag === undefined ? [] : [selfDescribing(14, TAGS.assetTag, Buffer.from(boot.assetTag))]),
  ];
  const firmware = records.filter((record) => record.pcr < FIRMWARE_PCRS).map((record) => record.bytes);
  return Buffer.concat([head, ...firmware, ...measurements.map((each) => encodeRecord([...algorithms.keys()], each))]);
};
