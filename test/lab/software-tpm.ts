import { access, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run, startChild, stopChild, waitFor } from './child.js';

/** The state of a TPM 2.0 (swtpm) that is not running, with EK certificates from a CA of its own. */
export interface SoftwareTpm {
  readonly folder: string;
  readonly ekIssuers: ReadonlyArray<string>;
}

/** A TPM that answers at `tcti` until `stop`. */
export interface RunningTpm {
  readonly tcti: string;
  readonly stop: () => Promise<void>;
  /** Ends it as a power cut does: the TPM gets no TPM2_Shutdown. */
  readonly cutPower: () => Promise<void>;
}

export const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

const caConfiguration = (ca: string): string =>
  [
    `statedir = ${ca}`,
    `signingkey = ${ca}/signkey.pem`,
    `issuercert = ${ca}/issuercert.pem`,
    `certserial = ${ca}/certserial`,
  ].join('\n');

const setupConfiguration = (folder: string): string =>
  [
    'create_certs_tool = /usr/bin/swtpm_localca',
    `create_certs_tool_config = ${folder}/ca.conf`,
    'create_certs_tool_options = /etc/swtpm-localca.options',
  ].join('\n');

/** A TPM as it leaves the factory: new seeds, RSA-2048 and P-384 endorsement keys and their certificates in NV. */
export const makeTpm = async (folder: string, banks: ReadonlyArray<string> = ['sha256']): Promise<SoftwareTpm> => {
  const [ca, state] = [join(folder, 'ca'), join(folder, 'state')];
  await mkdir(ca, { recursive: true });
  await mkdir(state, { recursive: true });
  await writeFile(join(folder, 'ca.conf'), `${caConfiguration(ca)}\n`);
  await writeFile(join(folder, 'setup.conf'), `${setupConfiguration(folder)}\n`);
  const certificates = ['--create-ek-cert', '--create-platform-cert', '--lock-nvram', '--overwrite'];
  const where = ['--tpm2', '--config', join(folder, 'setup.conf'), '--tpmstate', state];
  await run('swtpm_setup', [...where, ...certificates, '--pcr-banks', banks.join(',')]);
  const files = ['issuercert.pem', 'swtpm-localca-rootca-cert.pem'];
  return { folder, ekIssuers: await Promise.all(files.map((file) => readFile(join(ca, file), 'utf8'))) };
};

/** What an operating system tells the TPM before power goes: without it the next boot's clock is not `safe`. */
export const shutDown = async (tcti: string): Promise<void> => {
  await run('tpm2_shutdown', ['-Q', '--clear'], { TPM2TOOLS_TCTI: tcti }).catch(() => undefined);
};

/** Powers the TPM on without a machine around it: its PCRs are all in their start state. */
export const startTpm = async (tpm: SoftwareTpm): Promise<RunningTpm> => {
  const socket = join(tpm.folder, 'tpm.sock');
  await rm(socket, { force: true });
  await rm(`${socket}.ctrl`, { force: true });
  const sockets = ['--server', `type=unixio,path=${socket}`, '--ctrl', `type=unixio,path=${socket}.ctrl`];
  const state = ['--tpm2', '--tpmstate', `dir=${join(tpm.folder, 'state')}`, '--flags', 'not-need-init,startup-clear'];
  const child = startChild('swtpm', ['socket', ...state, ...sockets]);
  await waitFor('swtpm', child, () => exists(socket), 10);
  const tcti = `swtpm:path=${socket}`;
  const cutPower = (): Promise<void> => stopChild(child);
  return { tcti, cutPower, stop: () => shutDown(tcti).finally(cutPower) };
};
