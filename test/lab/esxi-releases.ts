import type { EsxiBoot, EsxiModule } from './esxi-boot-log.js';

const PER_BUILD = [
  '/b.b00',
  '/jumpstrt.gz',
  '/useropts.gz',
  '/features.gz',
  '/k.b00',
  '/uc_intel.b00',
  '/uc_amd.b00',
  '/procfs.b00',
  '/vmx.v00',
  '/vim.v00',
  '/tpm.v00',
  '/sb.v00',
  '/s.v00',
  '/esx_ui.v00',
  '/vsan.v00',
  '/trx.v00',
  '/esxupdt.v00',
];
/** Drivers stay the same from one release to the next more often than not. */
const DRIVERS = ['/nvme_pci.v00', '/vmkata.v00', '/lsi_mr3.v00', '/bnxtnet.v00'];
const PER_HOST = ['/state.tgz', '/imgdb.tgz'];

const modulesOf = (build: string): ReadonlyArray<EsxiModule> => [
  ...PER_BUILD.map((file) => ({ file, content: `lab content of ${file}, build ${build}` })),
  ...DRIVERS.map((file) => ({ file, content: `lab content of ${file}, any build` })),
  ...PER_HOST.map((file) => ({ file, content: `lab content of ${file}, build ${build}` })),
];

const release = (version: string, build: string): EsxiBoot => ({
  version,
  build,
  modules: modulesOf(build),
  commandLine: 'vmbTrustedBoot=true tboot=0x0 installerDiskDumpSlotSize=2560 no-auto-partition bootUUID=7c1de0a45b',
  signers: [],
});

/** Version and build numbers have the look of the vendor's; the modules' contents are the lab's own. */
export const ESXI_803 = release('8.0.3', '24022510');
export const ESXI_802 = release('8.0.2', '22380479');

export const withExtraModule = (boot: EsxiBoot): EsxiBoot => ({
  ...boot,
  modules: [...boot.modules, { file: '/netpwn.v00', content: 'of no release' }],
});

export const withChangedModule = (boot: EsxiBoot): EsxiBoot => ({
  ...boot,
  modules: boot.modules.map((each) =>
    each.file === '/vmx.v00' ? { ...each, content: `${each.content}, changed` } : each,
  ),
});

export const withoutModule = (boot: EsxiBoot): EsxiBoot => ({
  ...boot,
  modules: boot.modules.filter((each) => each.file !== '/vsan.v00'),
});
