import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { readDescriptor } from '../../../adapters/import/esxi/descriptor.js';
import { readVib } from '../../../adapters/import/esxi/read-archives.js';
import { readXml } from '../../../adapters/text/xml-tree.js';
import type { EsxiImage } from '../../../domain/appraisal/base-image.js';
import { imageFromClaims } from '../../../domain/appraisal/image-from-evidence.js';
import { approved, judge, reasonsOf, recorded } from '../../support/appraisal.js';
import { agileLog, ESXI_BOOT, sha256 } from '../../support/boot-log-builder.js';
import {
  type BootFiles,
  depotOf,
  descriptorOf,
  imageDatabase,
  type TestVib,
  tarGz,
  vibFile,
  zipOf,
} from '../../support/esxi-packages.js';
import { forged, listed } from '../../support/forged-evidence.js';
import { right } from '../../support/ledger.js';
import { run } from '../../support/run-cli.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

/** The packages whose modules the boot of the log builder measures. */
const BASE: TestVib = {
  name: 'esx-base',
  version: '8.0.3-0.0.1',
  payloads: [
    { name: 'b', type: 'boot', content: 'vmkboot' },
    { name: 'k', type: 'boot', content: 'vmkernel' },
    { name: 'vmx', type: 'vgz', content: 'a driver' },
    { name: 'notes', type: 'upgrade', content: 'is not loaded' },
  ],
};
const UPDATE: TestVib = {
  name: 'esx-update',
  version: '8.0.3-0.0.1',
  payloads: [{ name: 'esxupdt', type: 'vgz', content: 'updater' }],
};
const TOOLS: TestVib = {
  name: 'tools-light',
  version: '12.0.0-1',
  type: 'locker',
  payloads: [{ name: 'tools', type: 'tgz', content: 'isos' }],
};
const VIBS = [BASE, UPDATE, TOOLS];
const FILES: BootFiles = {
  b: 'b.b00',
  k: 'k.b00',
  vmx: 'vmx.v00',
  esxupdt: 'esxupdt.v00',
  notes: 'notes.t00',
  tools: 'tools.t00',
};

const booted = forged(recorded('esxi-8.0.3-rsa'), { bootLog: agileLog(ESXI_BOOT) });
const reasonsBy = (image: EsxiImage) => reasonsOf(judge(booted, { ...listed(), images: [approved(image)] }));

/** What no package says, as an image made from a host has it. */
const likeFile = (): string => {
  const claims = judge(booted, listed()).claims.boot!;
  const file = join(temporaryFolder(), 'like.json');
  const like = imageFromClaims({ claims, version: 'last', displayName: 'Last', bank: 'sha256', kind: 'esxi' });
  writeFileSync(file, JSON.stringify(right(like)));
  return file;
};

const fileWith = (name: string, bytes: Uint8Array): string => {
  const file = join(temporaryFolder(), name);
  writeFileSync(file, bytes);
  return file;
};

const imageFrom = async (how: 'from-imgdb' | 'from-depot', file: string, ...options: ReadonlyArray<string>) => {
  const { code, out, err } = await run('base-image', how, file, '--version', 'esxi-8.0.3', ...options);
  return { code, err, image: code === 0 ? (JSON.parse(out) as EsxiImage) : undefined };
};

describe('a base image from packages', () => {
  it('made from an image database accepts a host that boots exactly those packages, and no other', async () => {
    const file = fileWith('imgdb.tgz', await imageDatabase(VIBS, FILES));
    const { image, err } = await imageFrom('from-imgdb', file, '--like', likeFile());
    expect([image?.productVersion, image?.displayName, err]).toEqual(['8.0.3 build-1', 'ESXi-8.0', '']);
    expect(reasonsBy(image!)).toEqual([]);
    const names = image?.modules.map(({ file: name, pcr }) => `${name} ${String(pcr)}`);
    expect(names?.slice(0, 4)).toEqual(['b.b00 12', 'k.b00 12', 'vmx.v00 13', 'esxupdt.v00 11']);
    const other = {
      ...BASE,
      payloads: BASE.payloads.map((each) => (each.name === 'vmx' ? { ...each, content: 'newer' } : each)),
    };
    const next = fileWith('next.tgz', await imageDatabase([other, UPDATE], FILES));
    expect(reasonsBy((await imageFrom('from-imgdb', next, '--like', likeFile())).image!)).toEqual([
      'ModuleDigestMismatch vmx.v00 pcr 13',
    ]);
  });

  it('made from a depot hashes the packages themselves, and gives boot files their likely names', async () => {
    const file = fileWith('depot.zip', depotOf({ standard: VIBS.map((vib) => ({ ...vib, old: true })) }));
    const { image, err } = await imageFrom('from-depot', file, '--like', likeFile());
    expect(reasonsBy(image!)).toEqual([]);
    expect(err).toContain('note: 4 modules have the names');
    const bare = await imageFrom('from-depot', file);
    expect([bare.image?.commandLine, bare.err]).toEqual([
      { allowed: [], required: [] },
      expect.stringContaining('--like'),
    ]);
  });

  it('lets payloads of one name be any of them, because only an installation numbers them', async () => {
    const drivers = ['one', 'two', 'three'].map((content, i): TestVib => {
      return { name: `ata-${String(i)}`, version: '1-1', payloads: [{ name: 'ata_pata', type: 'vgz', content }] };
    });
    const file = fileWith('depot.zip', depotOf({ standard: [BASE, ...drivers] }));
    const { image } = await imageFrom('from-depot', file);
    const pata = image?.modules.filter(({ file: name }) => name.startsWith('ata_pata'));
    expect(pata?.map(({ file: name }) => name)).toEqual(['ata_pata.v00', 'ata_pata.v01', 'ata_pata.v02']);
    for (const { digests } of pata ?? []) expect(digests).toHaveLength(3);
  });

  it('is made of one profile, which has to be named if there are several', async () => {
    const file = fileWith('depot.zip', depotOf({ standard: VIBS, 'no-tools': [BASE, UPDATE] }));
    const unclear = await imageFrom('from-depot', file);
    expect([unclear.code, unclear.err]).toEqual([2, expect.stringContaining('standard, no-tools')]);
    expect((await imageFrom('from-depot', file, '--profile', 'no-tools')).code).toBe(0);
  });

  it.each([
    [
      'another payload than its descriptor says',
      depotOf({ p: [{ ...BASE, checksum: 'ab'.repeat(32) }] }),
      'is not what',
    ],
    [
      'other packages than the metadata has',
      depotOf({ p: [BASE] }, [{ ...BASE, payloads: UPDATE.payloads }]),
      'is not what',
    ],
    ['no package and no digest of it', depotOf({ p: [{ ...BASE, old: true }] }, []), 'has no SHA-256'],
    ['no profile', zipOf({ 'metadata.zip': zipOf({ 'vibs/a.xml': descriptorOf(BASE) }) }), 'no image profile'],
    ['a path that leads out', zipOf({ '../metadata.zip': 'x' }), 'is damaged'],
    ['bytes that are no zip', Buffer.from('PK nothing'), 'is damaged'],
    ['a profile without esx-base', depotOf({ p: [UPDATE] }), '--product-version'],
  ])('refuses a depot with %s', async (_, bytes, rule) => {
    const { code, err } = await imageFrom('from-depot', fileWith('depot.zip', bytes));
    expect([code, err]).toEqual([2, expect.stringContaining(rule)]);
  });

  it('refuses an image database that is none, leads out of itself, or is damaged', async () => {
    for (const [bytes, rule] of [
      [await tarGz({ 'etc/passwd': 'x' }), 'no image database'],
      [await tarGz({ 'var/db/esximg/../../x': 'x' }), 'leads out'],
      [await tarGz({ 'var/db/esximg/vibs/a.xml': '<!DOCTYPE vib><vib/>' }), 'document type'],
      [gzipSync('nothing').subarray(0, 12), 'is damaged'],
    ] as const) {
      const { code, err } = await imageFrom('from-imgdb', fileWith('imgdb.tgz', bytes));
      expect([code, err]).toEqual([2, expect.stringContaining(rule)]);
    }
  });
});

const chunked = (bytes: Uint8Array, size: number): Readable =>
  Readable.from(
    Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size)),
  );

describe('a VIB file', () => {
  it('is read in pieces of any size, each payload hashed as shipped and unpacked', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ maxLength: 4000 }), fc.integer({ min: 1, max: 400 }), async (content, size) => {
        const vib: TestVib = { ...BASE, payloads: [{ name: 'net', type: 'vgz', content }] };
        const { payloads } = await readVib(chunked(vibFile(vib), size));
        const unpacked = Buffer.from(sha256(Buffer.from(content))).toString('hex');
        expect(payloads).toEqual([{ name: 'net', size: expect.any(Number), packed: expect.any(String), unpacked }]);
        expect(right(readDescriptor(descriptorOf(vib))).payloads[0]).toMatchObject({
          packed: payloads[0]?.packed,
          unpacked,
        });
      }),
      { numRuns: 30 },
    );
  });

  it('cut off anywhere is refused, and never read as a shorter one', async () => {
    const whole = vibFile(BASE);
    const all = (await readVib(chunked(whole, 4096))).payloads.length;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: whole.length - 2 }), async (at) => {
        const read = await readVib(chunked(whole.subarray(0, at), 64)).catch(() => undefined);
        expect(read === undefined || read.payloads.length < all).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});

describe('XML of packages', () => {
  it('never throws, whatever it is given', () => {
    const piece = fc.constantFrom(
      '<vib>',
      '</vib>',
      '<name>',
      '<!DOCTYPE x>',
      '&x;',
      '&lt;',
      '<![CDATA[',
      ']]>',
      'a',
      '<p a="1"/>',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const text = pieces.join('');
        if (text.includes('<!DOCTYPE')) expect(E.isLeft(readXml(text))).toBe(true);
        readDescriptor(text);
      }),
    );
  });

  it.each([
    ['a document type', '<!DOCTYPE x><x/>', 'document type'],
    ['an entity of its own', '<x>&bomb;</x>', 'not well-formed'],
    ['too deep a nest', '<a>'.repeat(40) + '</a>'.repeat(40), 'too deeply'],
    ['nothing', '', 'not well-formed'],
  ])('with %s is refused', (_, xml, rule) => {
    expect(readXml(xml)).toEqual(E.left(expect.stringContaining(rule)));
  });
});
