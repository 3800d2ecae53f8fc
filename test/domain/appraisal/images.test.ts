import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import {
  BaseImage,
  type CommandLineRule,
  type EsxiImage,
  type UefiLinuxImage,
} from '../../../domain/appraisal/base-image.js';
import { describeImage } from '../../../domain/appraisal/describe-image.js';
import { imageChanges } from '../../../domain/appraisal/image-changes.js';
import { goldenImage, type ImageRequest, imageFromClaims } from '../../../domain/appraisal/image-from-evidence.js';
import { commandLineReasons, parametersOf } from '../../../domain/appraisal/v1/images/command-line.js';
import { compareByName } from '../../../domain/appraisal/v1/images/compare-by-name.js';
import type { Measurement } from '../../../domain/boot-log/boot-log.js';
import { toHex, utf8 } from '../../../domain/encoding/bytes.js';
import { approved, brief, judge, reasonsOf, recorded } from '../../support/appraisal.js';
import { remeasured, text, withMeasurements } from '../../support/boot-log-edits.js';
import { forged, listed, pcrsAfter } from '../../support/forged-evidence.js';

const made = (name: string, kind: ImageRequest['kind'], more: Partial<ImageRequest> = {}) => {
  const { boot } = judge(recorded(name)).claims;
  if (boot === undefined) throw new Error(name);
  return imageFromClaims({ claims: boot, version: 'v1', displayName: 'One', bank: 'sha256', kind, ...more });
};
const right = <A>(either: E.Either<unknown, A>): A => {
  if (E.isLeft(either)) throw new Error(JSON.stringify(either.left));
  return either.right;
};
const ESXI = right(made('esxi-8.0.3-rsa', 'esxi')) as EsxiImage;
const LINUX = right(made('linux-secure-boot-rsassa', 'uefi-linux')) as UefiLinuxImage;
const esxi = recorded('esxi-8.0.3-rsa');
const linux = recorded('linux-secure-boot-rsassa');

const against = (file: typeof esxi, image: BaseImage, edit: (m: Measurement) => ReadonlyArray<Measurement>) => {
  const bootLog = withMeasurements(file.evidence.bootLog, edit);
  return reasonsOf(judge(forged(file, { bootLog }), { ...listed(), images: [approved(image)] }));
};
const isModule = (name: string) => (m: Measurement) =>
  m.type === 6 && m.pcr < 14 && text(m).includes(`${name}\0`) && m.data[0] === 2;
const named = (m: Measurement, from: string, to: string): Uint8Array => {
  const name = utf8(`${to}\0`);
  const data = new Uint8Array(8 + name.length);
  data.set(m.data.subarray(0, 4));
  data[4] = name.length;
  data.set(name, 8);
  if (!text(m).includes(from)) throw new Error(from);
  return data;
};

describe('an ESXi image', () => {
  it('accepts modules in any order', () => {
    let held: Measurement | undefined;
    const swapped = against(esxi, ESXI, (m) => {
      if (isModule('vmx.v00')(m)) {
        held = m;
        return [];
      }
      return isModule('vim.v00')(m) && held !== undefined ? [m, held] : [m];
    });
    expect(swapped).toEqual([]);
  });
  it('names an unknown, a missing and a changed module', () => {
    const evil = utf8('evil');
    expect(
      against(esxi, ESXI, (m) =>
        isModule('vsan.v00')(m) ? [m, remeasured(m, evil, named(m, 'vsan', 'evil.v00'))] : [m],
      ),
    ).toEqual(['UnknownModule evil.v00 pcr 13']);
    expect(against(esxi, ESXI, (m) => (isModule('vsan.v00')(m) ? [] : [m]))).toEqual(['MissingModule vsan.v00 pcr 13']);
    expect(against(esxi, ESXI, (m) => (isModule('vsan.v00')(m) ? [remeasured(m, evil, m.data)] : [m]))).toEqual([
      'ModuleDigestMismatch vsan.v00 pcr 13',
    ]);
  });
  it('explains one measurement only by a name of any content', () =>
    expect(
      against(esxi, ESXI, (m) => (isModule('state.tgz')(m) ? [m, remeasured(m, utf8('evil'), m.data)] : [m])),
    ).toEqual(['ModuleRepeated state.tgz pcr 13']));
  it('accepts any content of what differs from host to host, but pins it when asked to', () => {
    const other = (m: Measurement) => (isModule('state.tgz')(m) ? [remeasured(m, utf8('other state'), m.data)] : [m]);
    expect(against(esxi, ESXI, other)).toEqual([]);
    const pinned = right(made('esxi-8.0.3-rsa', 'esxi', { pinEverything: true }));
    expect(against(esxi, pinned, other)).toEqual(['ModuleDigestMismatch state.tgz pcr 13']);
  });
  it('is not deceived by a module under another event type', () => {
    const hidden = against(esxi, ESXI, (m) =>
      isModule('vsan.v00')(m) ? [m, { ...remeasured(m, utf8('evil')), type: 0xd, data: utf8('evil') }] : [m],
    );
    expect(hidden.every((reason) => reason.startsWith('UnexplainedMeasurement'))).toBe(true);
    expect(hidden.length).toBeGreaterThan(0);
  });
  it('judges option modules and signers where it lists them', () => {
    expect(
      reasonsOf(judge(esxi, { images: [approved({ ...ESXI, bootOptions: ['jumpstrt.gz'] })] })).map(
        (r) => r.split(' ')[0],
      ),
    ).toEqual(['BootOptionNotAllowed', 'BootOptionNotAllowed']);
    expect(
      reasonsOf(judge(esxi, { images: [approved({ ...ESXI, signers: [] })] })).map((r) => r.split(' ')[0]),
    ).toContain('SignerNotAllowed');
    expect(reasonsOf(judge(esxi, { images: [approved({ ...ESXI, signers: null, bootOptions: null })] }))).toEqual([]);
  });
  it('is not chosen for another product version', () =>
    expect(reasonsOf(judge(esxi, { images: [approved({ ...ESXI, productVersion: '9.0.0 build-1' })] }))).toEqual([
      `BaseImageUnknown ${ESXI.productVersion}`,
    ]));
  it('is compared with its nearest version when several are approved', () => {
    const wrong = { ...ESXI, version: 'far', modules: ESXI.modules.slice(0, 3) };
    const near = { ...ESXI, version: 'near', modules: ESXI.modules.filter(({ file }) => file !== 'vsan.v00') };
    expect(reasonsOf(judge(esxi, { images: [approved(wrong), approved(near)] }))).toEqual([
      'UnknownModule vsan.v00 pcr 13',
    ]);
  });
});

describe('a UEFI Linux image', () => {
  const isApplication = (m: Measurement) => m.pcr === 4 && m.type === 0x80000003;
  const isFile = (name: string) => (m: Measurement) => m.pcr === 9 && text(m).includes(name);
  it('names a boot application that it does not know, and one that is missing', () => {
    const evil = (m: Measurement) =>
      isApplication(m) && m.index === applications()[0] ? [m, remeasured(m, utf8('evil'), m.data)] : [m];
    expect(against(linux, LINUX, evil).map((r) => r.split(' ')[0])).toEqual(['UnknownBootApplication']);
    const more = {
      ...LINUX,
      bootApplications: [
        ...LINUX.bootApplications,
        { name: 'more', digests: ['ab'.repeat(32)], requirement: 'required' as const },
      ],
    };
    expect(reasonsOf(judge(linux, { images: [approved(more)] }))).toEqual(['MissingBootApplication more pcr 4']);
  });
  const applications = () => {
    const found: Array<number> = [];
    withMeasurements(linux.evidence.bootLog, (m) => {
      if (isApplication(m)) found.push(m.index);
      return [m];
    });
    return found;
  };
  it('pins the kernel, but not what each host makes for itself', () => {
    const changed = (name: string) => (m: Measurement) =>
      isFile(name)(m) ? [remeasured(m, utf8('other'), m.data)] : [m];
    expect(against(linux, LINUX, changed('/kernel'))).toEqual(['FileDigestMismatch /kernel pcr 9']);
    expect(against(linux, LINUX, changed('/initrd.img'))).toEqual([]);
    const pinned = right(made('linux-secure-boot-rsassa', 'uefi-linux', { pinEverything: true }));
    expect(against(linux, pinned, changed('/initrd.img'))).toEqual(['FileDigestMismatch /initrd.img pcr 9']);
  });
  it('refuses a second RAM disk under the first one’s name', () =>
    expect(
      against(linux, LINUX, (m) => (isFile('/initrd.img')(m) ? [m, remeasured(m, utf8('evil'), m.data)] : [m])),
    ).toEqual(['FileRepeated /initrd.img pcr 9']));
  it('refuses an authority that is not on its list', () =>
    expect(
      reasonsOf(judge(linux, { images: [approved({ ...LINUX, authorities: [] })] })).map((r) => r.split(' ')[0]),
    ).toContain('AuthorityNotAllowed'));
  it('judges a kernel command line under a GRUB command’s label too', () => {
    const evil = utf8('/vmlinuz init=/bin/sh');
    const relabelled = against(linux, LINUX, (m) =>
      text(m).startsWith('kernel_cmdline: ')
        ? [m, remeasured(m, evil, utf8('grub_cmd: /vmlinuz init=/bin/sh\0'))]
        : [m],
    );
    expect(relabelled).toEqual(['CommandLineNotAllowed init=/bin/sh']);
  });
});

describe('a golden PCR image', () => {
  const values = new Map(
    [...(pcrsAfter(linux.evidence.bootLog).get('sha256') ?? [])].map(([pcr, value]) => [pcr, toHex(value)]),
  );
  const image = goldenImage({ version: 'g', displayName: 'G', bank: 'sha256' }, values, [0, 4, 7]);
  it('accepts exactly its values', () => expect(judge(linux, { images: [approved(image)] }).image?.version).toBe('g'));
  it('names each register that differs', () => {
    const other = { ...image, pcrs: [...image.pcrs.slice(0, 2), { pcr: 7, values: ['00'.repeat(32)] }] };
    expect(reasonsOf(judge(linux, { images: [approved(other)] }))).toEqual(['GoldenPcrMismatch pcr 7']);
  });
  it('refuses a host that did not quote one of its registers', () => {
    const other = { ...image, pcrs: [{ pcr: 17, values: ['00'.repeat(32)] }] };
    expect(reasonsOf(judge(linux, { images: [approved(other)] }))).toEqual(['BaseImagePcrNotQuoted pcr 17']);
  });
});

describe('images from evidence', () => {
  it.each([ESXI, LINUX])('are documents that the codec accepts unchanged', (image) => {
    const decoded = BaseImage.decode(JSON.parse(JSON.stringify(image)));
    expect(E.isRight(decoded) && decoded.right).toEqual(image);
  });
  it('let host-unique values of the command line vary', () => expect(ESXI.commandLine.allowed).toContain('bootUUID=*'));
  it('are refused for hosts of another kind', () => {
    expect(made('linux-secure-boot-rsassa', 'esxi')).toEqual(E.left({ _tag: 'NotAnEsxiHost' }));
  });
  it('are described with everything that they allow', () => {
    const description = describeImage(LINUX);
    for (const { digests } of LINUX.bootApplications) expect(description).toContain(digests[0]);
    expect(description).toMatch(/\/initrd\.img +required +any content \(not pinned\)/);
    expect(describeImage(ESXI)).toContain(`Product version: ${ESXI.productVersion}`);
    expect(describeImage({ ...ESXI, signers: null })).toContain('Signers (SHA-256): not judged');
  });
  it('differ by exactly what one of them says', () => {
    expect(imageChanges(ESXI, ESXI)).toEqual({ added: [], removed: [], changed: [] });
    const fewer = { ...ESXI, modules: ESXI.modules.filter(({ file }) => file !== 'vsan.v00') };
    const vsan = {
      section: 'module in PCR 13',
      name: 'vsan.v00',
      says: expect.stringMatching(/^required, [0-9a-f]{64}$/),
    };
    expect(imageChanges(fewer, ESXI)).toEqual({ added: [vsan], removed: [], changed: [] });
    expect(imageChanges(ESXI, fewer)).toEqual({ added: [], removed: [vsan], changed: [] });
    const modules = ESXI.modules.map((each) => (each.file === 'vsan.v00' ? { ...each, digests: ['00'] } : each));
    const next: EsxiImage = { ...ESXI, modules, productVersion: '9.0', signers: null };
    const { changed, removed, added } = imageChanges(ESXI, next);
    expect(changed).toEqual([
      { section: 'image', name: 'product version', said: ESXI.productVersion, says: '9.0' },
      { ...vsan, said: vsan.says, says: 'required, 00' },
    ]);
    expect(removed.map(({ section }) => section)).toEqual(ESXI.signers?.map(() => 'signer'));
    expect(added).toEqual([{ section: 'signer', name: '(all)', says: 'not judged' }]);
  });
  it('differ for the one who looks back by the same things, whatever was edited', () => {
    const file = fc.record({
      file: fc.constantFrom('a.v00', 'b.v00', 'c.v00'),
      pcr: fc.constantFrom(12, 13),
      digests: fc.subarray(['aa', 'bb']),
      requirement: fc.constantFrom('required' as const, 'optional' as const),
    });
    const image = fc.record({ modules: fc.array(file, { maxLength: 6 }), productVersion: fc.constantFrom('1', '2') });
    const placed = (items: ReadonlyArray<{ section: string; name: string; says: string }>) =>
      items.map(({ section, name, says }) => `${section} ${name} ${says}`).sort();
    fc.assert(
      fc.property(image, image, (a, b) => {
        const [there, back] = [
          imageChanges({ ...ESXI, ...a }, { ...ESXI, ...b }),
          imageChanges({ ...ESXI, ...b }, { ...ESXI, ...a }),
        ];
        const [come, gone] = [
          [...there.added, ...there.changed],
          [...back.removed, ...back.changed.map((each) => ({ ...each, says: each.said }))],
        ];
        expect(placed(come)).toEqual(placed(gone));
        const same = JSON.stringify(placed(come)) === '[]' && there.removed.length === 0;
        const text = ({ modules, productVersion }: typeof a) =>
          [...new Set(modules.map((each) => JSON.stringify(each)))].sort().join() + productVersion;
        if (text(a) === text(b)) expect(there.changed).toEqual([]);
        else expect(same).toBe(false);
      }),
    );
  });
});

describe('command lines', () => {
  const rule = (allowed: ReadonlyArray<string>, required: ReadonlyArray<string> = []): CommandLineRule => ({
    allowed,
    required,
  });
  const of = (line: string, r: CommandLineRule) => commandLineReasons(r, [{ text: line, event: 1 }], false).map(brief);
  it('are split as the kernel does, quotes included, without the kernel’s place', () => {
    expect(parametersOf('/vmlinuz a=1  b="x y" c')).toEqual(['a=1', 'b="x y"', 'c']);
    expect(parametersOf('(hd0,gpt2)/vmlinuz a')).toEqual(['a']);
    expect(parametersOf('BOOT_IMAGE=/vmlinuz a\0')).toEqual(['a']);
    expect(parametersOf('init=/bin/sh')).toEqual(['init=/bin/sh']);
  });
  it('may hold listed tokens only, with any value where the rule says so', () => {
    expect(of('/k a=1 b', rule(['a=*', 'b']))).toEqual([]);
    expect(of('/k a b', rule(['a=*', 'b']))).toEqual(['CommandLineNotAllowed a']);
    expect(of('/k b b c c', rule(['b']))).toEqual(['CommandLineNotAllowed c']);
  });
  it('must hold what is required', () =>
    expect(of('/k a', rule(['a'], ['lockdown=integrity']))).toEqual(['CommandLineTokenMissing lockdown=integrity']));
  it('must be there if the image describes one', () => {
    expect(commandLineReasons(rule(['a']), [], false).map(brief)).toEqual(['CommandLineMissing']);
    expect(commandLineReasons(rule([]), [], false)).toEqual([]);
    expect(commandLineReasons(rule([]), [], true).map(brief)).toEqual(['CommandLineMissing']);
  });
});

describe('comparison by name', () => {
  const CODES = {
    unknown: 'UnknownModule',
    missing: 'MissingModule',
    mismatch: 'ModuleDigestMismatch',
    repeated: 'ModuleRepeated',
    wrongPcr: 'ModuleInWrongPcr',
  } as const;
  const reference = { name: 'a', pcr: 13, digests: ['11'], requirement: 'required' as const };
  const measured = { name: 'a', pcr: 13, digest: '11', event: 1 };
  it('compares each of several measurements of one name', () => {
    expect(compareByName([measured, measured], [reference], CODES)).toEqual([]);
    expect(compareByName([measured, { ...measured, digest: '22' }], [reference], CODES).map(brief)).toEqual([
      'ModuleDigestMismatch a pcr 13',
    ]);
  });
  it('refuses a known module in another register', () =>
    expect(compareByName([{ ...measured, pcr: 12 }], [reference], CODES).map(brief)).toEqual([
      'ModuleInWrongPcr a pcr 12',
    ]));
  it('does not miss what is optional', () =>
    expect(compareByName([], [{ ...reference, requirement: 'optional' }], CODES)).toEqual([]));
  it('accepts any of several digests', () =>
    expect(compareByName([measured], [{ ...reference, digests: ['00', '11'] }], CODES)).toEqual([]));
});
