import { createHash } from 'node:crypto';
import { crc32, gzipSync } from 'node:zlib';
import tar from 'tar-stream';

/* Packages as public recipes make them (a descriptor, a signature and payloads in an ar archive; SHA-256 as shipped and of what
   gunzip makes of it). No vendor's file can be had for tests: names, layout and checksums are modelled, contents are ours. */

export interface TestPayload {
  readonly name: string;
  readonly type: string;
  readonly content: string;
}

export interface TestVib {
  readonly name: string;
  readonly version: string;
  readonly type?: string;
  readonly payloads: ReadonlyArray<TestPayload>;
  /** Instead of the right ones. */
  readonly checksum?: string;
  /** As older packages are: without a SHA-256 of the unpacked content. */
  readonly old?: boolean;
}

const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

export const idOf = ({ name, version, type = 'bootbank' }: TestVib): string => `VMware_${type}_${name}_${version}`;

const packed = ({ content }: TestPayload): Buffer => gzipSync(content);

const checksums = (vib: TestVib, payload: TestPayload): string => {
  const unpacked = vib.checksum ?? sha256(payload.content);
  const newer = `<checksum checksum-type="sha-256" verify-process="gunzip">${unpacked}</checksum>`;
  return `<checksum checksum-type="sha-256">${sha256(packed(payload))}</checksum>
      <checksum checksum-type="sha-1" verify-process="gunzip">${'0'.repeat(40)}</checksum>${vib.old === true ? '' : newer}`;
};

export const descriptorOf = (vib: TestVib): string => `<?xml version="1.0"?>
<vib version="5.0">
  <type>${vib.type ?? 'bootbank'}</type>
  <name>${vib.name}</name>
  <version>${vib.version}</version>
  <vendor>VMware</vendor>
  <summary>a &lt;test&gt; package</summary>
  <file-list><file>etc/test</file></file-list>
  <payloads>${vib.payloads
    .map(
      (payload) => `
    <payload name="${payload.name}" type="${payload.type}" size="${String(packed(payload).length)}">
      ${checksums(vib, payload)}
    </payload>`,
    )
    .join('')}
  </payloads>
</vib>`;

export type BootFiles = Readonly<Record<string, string>>;

/** By payload, the name of its boot file; without, as a depot has it. */
export const profileOf = (name: string, vibs: ReadonlyArray<TestVib>, files?: BootFiles): string => {
  const payloads = (vib: TestVib): string =>
    files === undefined
      ? ''
      : `<payloads>${vib.payloads
          .map((payload) => `<payload payload-name="${payload.name}">${files[payload.name] ?? ''}</payload>`)
          .join('')}</payloads>`;
  const list = vibs.map((vib) => `<vib><vib-id>${idOf(vib)}</vib-id>${payloads(vib)}</vib>`).join('');
  return `<?xml version="1.0"?>
<imageprofile><name>${name}</name><creator>VMware, Inc.</creator><viblist>${list}</viblist></imageprofile>`;
};

const member = (name: string, content: Uint8Array): Buffer => {
  const size = String(content.length);
  const header = `${`${name}/`.padEnd(16)}${'0'.padEnd(12)}${'0'.padEnd(6)}${'0'.padEnd(6)}${'100644'.padEnd(8)}${size.padEnd(10)}\`\n`;
  return Buffer.concat([Buffer.from(header, 'latin1'), content, Buffer.alloc(content.length % 2, '\n')]);
};

/** A .vib file. */
export const vibFile = (vib: TestVib): Buffer =>
  Buffer.concat([
    Buffer.from('!<arch>\n', 'latin1'),
    member('descriptor.xml', Buffer.from(descriptorOf(vib))),
    member('sig.pkcs7', Buffer.alloc(0)),
    ...vib.payloads.map((payload) => member(payload.name, packed(payload))),
  ]);

/** A gzipped tar of these files. */
export const tarGz = async (files: Readonly<Record<string, string | Uint8Array>>): Promise<Buffer> => {
  const pack = tar.pack();
  for (const [name, content] of Object.entries(files)) pack.entry({ name }, Buffer.from(content));
  pack.finalize();
  const chunks: Array<Buffer> = [];
  for await (const chunk of pack as AsyncIterable<Buffer>) chunks.push(chunk);
  return gzipSync(Buffer.concat(chunks));
};

export const imageDatabase = (vibs: ReadonlyArray<TestVib>, files: BootFiles): Promise<Buffer> =>
  tarGz({
    'var/db/esximg/profiles/ESXi-8.0': profileOf('ESXi-8.0', vibs, files),
    ...Object.fromEntries(vibs.map((vib) => [`var/db/esximg/vibs/${vib.name}.xml`, descriptorOf(vib)])),
  });

const u16 = (value: number): Buffer => Buffer.from([value & 255, value >> 8]);
const u32 = (value: number): Buffer => Buffer.concat([u16(value & 0xffff), u16(value >>> 16)]);

/** A zip archive, stored as it is (APPNOTE 4.3). */
export const zipOf = (files: Readonly<Record<string, string | Uint8Array>>): Buffer => {
  const [locals, central]: [Array<Buffer>, Array<Buffer>] = [[], []];
  let at = 0;
  for (const [path, given] of Object.entries(files)) {
    const [name, content] = [Buffer.from(path), Buffer.from(given)];
    const common = Buffer.concat([
      u16(20),
      u16(0),
      u16(0),
      u32(0),
      u32(crc32(content)),
      u32(content.length),
      u32(content.length),
      u16(name.length),
      u16(0),
    ]);
    const local = Buffer.concat([u32(0x04034b50), common, name, content]);
    central.push(Buffer.concat([u32(0x02014b50), u16(20), common, u16(0), u16(0), u16(0), u32(0), u32(at), name]));
    locals.push(local);
    at += local.length;
  }
  const directory = Buffer.concat(central);
  const count = u16(central.length);
  const end = Buffer.concat([u32(0x06054b50), u16(0), u16(0), count, count, u32(directory.length), u32(at), u16(0)]);
  return Buffer.concat([...locals, directory, end]);
};

/** An offline bundle: an index, a vendor index, metadata, and the packages themselves. */
export const depotOf = (
  profiles: Readonly<Record<string, ReadonlyArray<TestVib>>>,
  shipped?: ReadonlyArray<TestVib>,
): Buffer => {
  const vibs = [
    ...new Map(
      Object.values(profiles)
        .flat()
        .map((vib) => [idOf(vib), vib]),
    ).values(),
  ];
  const metadata = zipOf({
    'vendor-index.xml': '<vendorIndex/>',
    ...Object.fromEntries(vibs.map((vib) => [`vibs/${vib.name}-${vib.version}.xml`, descriptorOf(vib)])),
    ...Object.fromEntries(
      Object.entries(profiles).map(([name, list]) => [`profiles/${name}.xml`, profileOf(name, list)]),
    ),
  });
  return zipOf({
    'index.xml': '<vendorList><vendor><relativePath>vendor-index.xml</relativePath></vendor></vendorList>',
    'vendor-index.xml': '<metaList><metadata><url>metadata.zip</url></metadata></metaList>',
    'metadata.zip': metadata,
    ...Object.fromEntries((shipped ?? vibs).map((vib) => [`vib20/${vib.name}/${idOf(vib)}.vib`, vibFile(vib)])),
  });
};
