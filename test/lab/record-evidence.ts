import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AttestationKeyKind } from '../../adapters/agent/attestation-key.js';
import type { EndorsementKeyKind } from '../../adapters/agent/endorsement-key.js';
import type { HashAlgorithm } from '../../domain/tpm/algorithms.js';
import { run } from './child.js';
import { type EsxiBoot, esxiBootLog } from './esxi-boot-log.js';
import { ESXI_802, ESXI_803, withChangedModule, withExtraModule, withoutModule } from './esxi-releases.js';
import { collectEvidence, type HostKeys, makeHostKeys } from './evidence.js';
import { bootMachine, type Machine } from './machine.js';
import { replayIntoTpm } from './replayed-tpm.js';
import { makeTpm, type SoftwareTpm } from './software-tpm.js';

/*
 * Records the evidence under test/vectors/evidence anew, each file from a boot and a quote of its own:
 * see record-evidence.sh. Every run makes new TPMs, so all files change together.
 */

interface Recorder {
  readonly work: string;
  readonly out: string;
}

interface KeyKinds {
  readonly kind: AttestationKeyKind;
  readonly ek: EndorsementKeyKind;
}

interface Host {
  readonly tpm: SoftwareTpm;
  readonly keys: HostKeys;
}

const RSA: KeyKinds = { kind: 'rsassa', ek: 'rsa2048' };
const ECC: KeyKinds = { kind: 'ecdsa', ek: 'ecc384' };

const save = async (
  { out }: Recorder,
  name: string,
  running: { readonly tcti: string; readonly eventLogPath: string },
  { tpm, keys }: Host,
  banks: ReadonlyArray<HashAlgorithm> = ['sha256'],
): Promise<void> => {
  const evidence = await collectEvidence(running, keys, tpm.ekIssuers, banks);
  await writeFile(join(out, `${name}.json`), `${JSON.stringify(evidence, null, 1)}\n`);
  process.stdout.write(`${name}\n`);
};

const keysFor = async (recorder: Recorder, tcti: string, tpm: SoftwareTpm, kinds: KeyKinds): Promise<Host> => {
  const folder = await mkdtemp(join(recorder.work, 'keys-'));
  return { tpm, keys: await makeHostKeys(tcti, folder, kinds) };
};

const during = async <A>(machine: Machine, use: (machine: Machine) => Promise<A>): Promise<A> => {
  try {
    return await use(machine);
  } finally {
    await machine.stop();
  }
};

/** One machine's life: the same TPM and, in the files that do not say otherwise, the same AK. */
const recordLinux = async (recorder: Recorder): Promise<Buffer> => {
  const tpm = await makeTpm(join(recorder.work, 'linux'));
  const first = await bootMachine({ tpm });
  const firmwareLog = await readFile(first.eventLogPath);
  const host = await during(first, async (machine) => {
    const made = await keysFor(recorder, machine.tcti, tpm, RSA);
    await save(recorder, 'linux-secure-boot-rsassa', machine, made);
    const pss = await keysFor(recorder, machine.tcti, tpm, { kind: 'rsapss', ek: 'rsa2048' });
    await save(recorder, 'linux-secure-boot-rsapss', machine, pss);
    const ecc = await keysFor(recorder, machine.tcti, tpm, ECC);
    await save(recorder, 'linux-secure-boot-ecdsa', machine, ecc);
    const p384 = await keysFor(recorder, machine.tcti, tpm, { kind: 'ecdsa-p384', ek: 'ecc384' });
    await save(recorder, 'linux-secure-boot-ecdsa-p384', machine, p384);
    return made;
  });
  await during(await bootMachine({ tpm }), (machine) => save(recorder, 'linux-second-boot', machine, host));
  const commandLine = 'init=/bin/sh lockdown=none';
  await during(await bootMachine({ tpm, commandLine }), (machine) =>
    save(recorder, 'linux-other-command-line', machine, host),
  );
  await during(await bootMachine({ tpm, secureBoot: false }), (machine) =>
    save(recorder, 'linux-no-secure-boot', machine, host),
  );
  return firmwareLog;
};

const recordLinuxOtherTpms = async (recorder: Recorder): Promise<void> => {
  const other = await makeTpm(join(recorder.work, 'other'));
  await during(await bootMachine({ tpm: other }), async (machine) =>
    save(recorder, 'linux-other-tpm', machine, await keysFor(recorder, machine.tcti, other, RSA)),
  );
  const banks = await makeTpm(join(recorder.work, 'banks'), ['sha1', 'sha256', 'sha384']);
  await during(await bootMachine({ tpm: banks }), async (machine) => {
    const host = await keysFor(recorder, machine.tcti, banks, RSA);
    await save(recorder, 'linux-secure-boot-sha1-bank', machine, host, ['sha1']);
    await save(recorder, 'linux-secure-boot-sha384-bank', machine, host, ['sha384']);
    await save(recorder, 'linux-secure-boot-two-banks', machine, host, ['sha384', 'sha256']);
  });
};

/** A host's boots, in order, as pairs of a file's name and what was booted. */
const recordEsxi = async (
  recorder: Recorder,
  firmwareLog: Buffer,
  kinds: KeyKinds,
  boots: ReadonlyArray<readonly [string, EsxiBoot, end?: 'power cut']>,
): Promise<void> => {
  const tpm = await makeTpm(await mkdtemp(join(recorder.work, 'esxi-')));
  let host: Host | undefined;
  for (const [name, boot, end] of boots) {
    const running = await replayIntoTpm(tpm, esxiBootLog(firmwareLog, boot));
    try {
      host ??= await keysFor(recorder, running.tcti, tpm, kinds);
      await save(recorder, name, running, host);
    } finally {
      await (end === 'power cut' ? running.cutPower() : running.stop());
    }
  }
};

const insecureFirmwareLog = async (out: string): Promise<Buffer> => {
  const file = JSON.parse(await readFile(join(out, 'linux-no-secure-boot.json'), 'utf8')) as { eventLog: string };
  return Buffer.from(file.eventLog, 'base64');
};

const signerCertificate = async (work: string): Promise<Buffer> => {
  const [key, certificate] = [join(work, 'signer.key'), join(work, 'signer.der')];
  const subject = ['-subj', '/O=Sekisho lab/CN=Boot module signer', '-days', '3650', '-outform', 'DER'];
  const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', key, '-out', certificate];
  await run('openssl', ['req', '-x509', ...made, ...subject]);
  return readFile(certificate);
};

const record = async (out: string): Promise<void> => {
  const recorder = { work: await mkdtemp(join(tmpdir(), 'sekisho-record-')), out };
  try {
    const firmwareLog = await recordLinux(recorder);
    await recordLinuxOtherTpms(recorder);
    const signers = [await signerCertificate(recorder.work)];
    const [older, newer]: [EsxiBoot, EsxiBoot] = [
      { ...ESXI_802, signers },
      { ...ESXI_803, signers },
    ];
    await recordEsxi(recorder, firmwareLog, RSA, [
      ['esxi-8.0.3-rsa', newer],
      ['esxi-8.0.3-extra-module', withExtraModule(newer)],
    ]);
    await recordEsxi(recorder, firmwareLog, ECC, [
      ['esxi-8.0.3-ecc', newer],
      ['esxi-8.0.3-changed-module', withChangedModule(newer)],
    ]);
    await recordEsxi(recorder, firmwareLog, RSA, [
      ['esxi-8.0.2', older, 'power cut'],
      ['esxi-8.0.2-after-power-cut', older],
    ]);
    await recordEsxi(recorder, firmwareLog, RSA, [['esxi-8.0.3-missing-module', withoutModule(newer)]]);
    await recordEsxi(recorder, await insecureFirmwareLog(out), RSA, [['esxi-no-secure-boot', newer]]);
  } finally {
    await rm(recorder.work, { recursive: true, force: true });
  }
};

const [, , out] = process.argv;
if (out === undefined) throw new Error('usage: record-evidence OUT-FOLDER');
await record(out);
