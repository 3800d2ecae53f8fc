import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run, startChild, stopChild, waitFor } from './child.js';
import { exists, type RunningTpm, type SoftwareTpm, shutDown } from './software-tpm.js';

export interface MachineOptions {
  /** The same TPM may go through many boots, one after the other. */
  readonly tpm: SoftwareTpm;
  /** Default: on, with Microsoft's keys. Off: the same firmware without any keys enrolled. */
  readonly secureBoot?: boolean;
  /** Added to the kernel's command line. */
  readonly commandLine?: string;
}

/** A machine that has booted; its own kernel's boot log is in a file, its TPM answers from outside. */
export interface Machine extends RunningTpm {
  readonly eventLogPath: string;
}

const FIRMWARE = '/usr/share/OVMF/OVMF_CODE_4M.ms.fd';
const VARIABLES = { on: '/usr/share/OVMF/OVMF_VARS_4M.ms.fd', off: '/usr/share/OVMF/OVMF_VARS_4M.fd' };
const BOOT_SECONDS = 180;
const here = fileURLToPath(new URL('.', import.meta.url));
/** Compiled lab code runs elsewhere, the scripts stay in the source tree. */
const scripts = process.env['SEKISHO_LAB_SCRIPTS'] ?? here;
const cache = process.env['SEKISHO_LAB_CACHE'] ?? join(tmpdir(), 'sekisho-lab-cache');

const qemuArguments = (folder: string): ReadonlyArray<string> => {
  const at = (name: string): string => join(folder, name);
  const board = ['-machine', 'q35,smm=on,accel=tcg', '-cpu', 'max', '-m', '512', '-display', 'none', '-nodefaults'];
  const firmware = [
    ...['-global', 'driver=cfi.pflash01,property=secure,value=on'],
    ...['-drive', `if=pflash,format=raw,unit=0,readonly=on,file=${FIRMWARE}`],
    ...['-drive', `if=pflash,format=raw,unit=1,file=${at('variables.fd')}`],
  ];
  const tpm = [
    ...['-chardev', `socket,id=tpm,path=${at('swtpm.ctrl')}`],
    ...['-tpmdev', 'emulator,id=tpm0,chardev=tpm', '-device', 'tpm-crb,tpmdev=tpm0'],
  ];
  const relay = [
    ...['-chardev', `socket,id=relay,path=${at('relay.sock')},server=on,wait=off`],
    ...['-device', 'virtio-serial', '-device', 'virtserialport,chardev=relay,name=tpm'],
  ];
  const disk = ['-drive', `file=${at('disk.img')},format=raw,if=virtio`];
  return [...board, ...firmware, ...tpm, ...relay, ...disk, '-serial', `file:${at('console.txt')}`, '-no-reboot'];
};

const consoleText = (folder: string): Promise<string> =>
  readFile(join(folder, 'console.txt'), 'latin1').catch(() => '');

const bootLogOf = (text: string): Buffer => {
  const encoded = /<<boot-log\r?\n([A-Za-z0-9+/=\s]*)boot-log>>/.exec(text)?.[1] ?? '';
  return Buffer.from(encoded.replace(/\s/g, ''), 'base64');
};

const prepare = async (folder: string, options: MachineOptions): Promise<void> => {
  await mkdir(cache, { recursive: true });
  await run(join(scripts, 'fetch-boot-parts.sh'), [cache]);
  await run(join(scripts, 'make-boot-disk.sh'), [cache, join(folder, 'disk.img'), options.commandLine ?? '']);
  await copyFile(options.secureBoot === false ? VARIABLES.off : VARIABLES.on, join(folder, 'variables.fd'));
};

const startSoftwareTpm = async (folder: string, tpm: SoftwareTpm): Promise<() => Promise<void>> => {
  const control = join(folder, 'swtpm.ctrl');
  const state = `dir=${join(tpm.folder, 'state')}`;
  const child = startChild('swtpm', ['socket', '--tpm2', '--tpmstate', state, '--ctrl', `type=unixio,path=${control}`]);
  await waitFor('swtpm', child, () => exists(control), 10);
  return () => stopChild(child);
};

const startMachine = async (folder: string): Promise<() => Promise<void>> => {
  const child = startChild('qemu-system-x86_64', qemuArguments(folder));
  try {
    const ready = async (): Promise<boolean> => (await consoleText(folder)).includes('<<ready>>');
    await waitFor(`machine in ${folder}`, child, ready, BOOT_SECONDS);
  } catch (reason) {
    await stopChild(child);
    throw new Error(`${String(reason)}\n${(await consoleText(folder)).slice(-1500)}`);
  }
  return () => stopChild(child);
};

/**
 * Boots firmware, shim, GRUB and a kernel under software emulation, in about 15 s. Whoever boots a machine stops it;
 * should the process die before, the kernel ends the machine.
 */
export const bootMachine = async (options: MachineOptions): Promise<Machine> => {
  const folder = await mkdtemp(join(tmpdir(), 'sekisho-machine-'));
  const undo: Array<() => Promise<void>> = [() => rm(folder, { recursive: true, force: true })];
  const cutPower = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    await prepare(folder, options);
    undo.push(await startSoftwareTpm(folder, options.tpm));
    undo.push(await startMachine(folder));
    const eventLogPath = join(folder, 'boot-log.bin');
    await writeFile(eventLogPath, bootLogOf(await consoleText(folder)));
    const tcti = `cmd:socat -t 20 - UNIX-CONNECT:${join(folder, 'relay.sock')}`;
    return { tcti, eventLogPath, cutPower, stop: () => shutDown(tcti).finally(cutPower) };
  } catch (reason) {
    await cutPower();
    throw reason;
  }
};
