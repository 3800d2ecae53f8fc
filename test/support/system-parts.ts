import { accessSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Debian package of each program or file that a test may need beyond npm's packages. */
const PACKAGES = {
  'qemu-system-x86_64': 'qemu-system-x86',
  '/usr/share/OVMF/OVMF_CODE_4M.ms.fd': 'ovmf',
  swtpm: 'swtpm',
  swtpm_setup: 'swtpm-tools',
  tpm2_quote: 'tpm2-tools',
  socat: 'socat',
  mcopy: 'mtools',
  'mkfs.vfat': 'dosfstools',
  cpio: 'cpio',
  setpriv: 'util-linux',
  strace: 'strace',
  cryptsetup: 'cryptsetup-bin',
  openssl: 'openssl',
  chromium: 'chromium',
  'apt-get': 'apt',
  java: 'default-jre-headless',
  mvn: 'maven',
} as const;

export type SystemPart = keyof typeof PACKAGES;

export const SOFTWARE_TPM: ReadonlyArray<SystemPart> = ['swtpm', 'swtpm_setup', 'tpm2_quote', 'setpriv'];

/** A real broker: Apache Kafka itself comes from the Maven repository. */
export const KAFKA: ReadonlyArray<SystemPart> = ['java', 'mvn'];

export const VIRTUAL_MACHINE: ReadonlyArray<SystemPart> = [
  ...SOFTWARE_TPM,
  'qemu-system-x86_64',
  '/usr/share/OVMF/OVMF_CODE_4M.ms.fd',
  'socat',
  'mcopy',
  'mkfs.vfat',
  'cpio',
  'apt-get',
];

const FOLDERS = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];

const isPresent = (part: SystemPart): boolean =>
  (part.startsWith('/') ? [part] : FOLDERS.map((folder) => join(folder, part))).some((file) => {
    try {
      accessSync(file);
      return true;
    } catch {
      return false;
    }
  });

let told = false;

/**
 * For `describe.runIf(...)`: whether all parts are there. If not, one line says how to get them; where nothing may be
 * skipped (SEKISHO_REQUIRE_ALL=1) it throws instead.
 */
export const requireTools = (parts: ReadonlyArray<SystemPart>): boolean => {
  const packages = [...new Set(parts.filter((part) => !isPresent(part)).map((part) => PACKAGES[part]))];
  if (packages.length === 0) return true;
  const line = `needs system packages: apt-get install ${packages.join(' ')}`;
  if (process.env['SEKISHO_REQUIRE_ALL'] === '1') throw new Error(line);
  if (!told) process.stderr.write(`skipped: ${line}\n`);
  told = true;
  return false;
};
