import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { activateCredential } from '../../adapters/agent/activate-credential.js';
import { type AgentError, describeAgentError } from '../../adapters/agent/agent-error.js';
import { createAttestationKey, loadAttestationKey } from '../../adapters/agent/attestation-key.js';
import { QUOTED_PCRS } from '../../adapters/agent/collect-evidence.js';
import { createEndorsementKey } from '../../adapters/agent/endorsement-key.js';
import { quote } from '../../adapters/agent/quote.js';
import { type TpmSession, withTpmSession } from '../../adapters/agent/tpm-session.js';
import { tpmTool } from '../../adapters/agent/tpm-tool.js';
import { canonicalize } from '../../adapters/crypto/canonicalize.js';
import { nodeCredentialEngine } from '../../adapters/crypto/node/credential-engine.js';
import { nodeHashing } from '../../adapters/crypto/node/hashing.js';
import { toBase64, toHex } from '../../domain/encoding/bytes.js';
import { plusSeconds } from '../../domain/encoding/instant.js';
import { sealActivation } from '../../domain/host/activation.js';
import { makeNonce, qualifyingData } from '../../domain/host/challenge.js';
import { makeCredential } from '../../domain/tpm/credential.js';
import { nameOf } from '../../domain/tpm/name.js';
import { parsePublic } from '../../domain/tpm/public-area.js';
import { run } from './child.js';
import { esxiBootLog } from './esxi-boot-log.js';
import { ESXI_802, ESXI_803, withExtraModule } from './esxi-releases.js';
import { bootMachine } from './machine.js';
import { replayIntoTpm } from './replayed-tpm.js';
import { makeTpm, type RunningTpm, type SoftwareTpm } from './software-tpm.js';

/*
 * Records what hosts sent to an authority over some days of a past week: real TPMs that opened real credentials and signed quotes
 * over real challenges. The challenges are of an authority whose challenge key is in the recording and whose clock is set
 * to the recorded times, so they can be answered again by whoever plays it (adapters/demo).
 */

interface Exchange {
  readonly at: string;
  readonly host: string;
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
}

interface HostPlan {
  readonly host: string;
  readonly ek: 'rsa2048' | 'ecc384';
  readonly ak: 'rsassa' | 'ecdsa';
  readonly certifyAt: string;
  readonly attestAt: ReadonlyArray<string>;
}

interface Running extends RunningTpm {
  readonly eventLogPath: string;
}

interface Recorder {
  readonly work: string;
  readonly key: { readonly hashing: typeof nodeHashing; readonly challengeKey: Uint8Array };
  readonly exchanges: Array<Exchange>;
  readonly bootLogs: Map<string, string>;
}

const must = <A>(result: E.Either<unknown, A>): A => {
  if (E.isLeft(result)) throw new Error(JSON.stringify(result.left));
  return result.right;
};

const onTpm = async <A>(tcti: string, use: (session: TpmSession) => TE.TaskEither<AgentError, A>): Promise<A> => {
  const result = await withTpmSession(tpmTool({ tcti }), use)();
  if (E.isLeft(result)) throw new Error(describeAgentError(result.left));
  return result.right;
};

interface Keys {
  readonly ekPublic: Uint8Array;
  readonly ekPem: string;
  readonly akName: Uint8Array;
  readonly akPublic: Uint8Array;
  readonly akFiles: { readonly publicArea: string; readonly privateArea: string };
}

const makeKeys = async (recorder: Recorder, { tcti }: Running, plan: HostPlan): Promise<Keys> => {
  const folder = await mkdtemp(join(recorder.work, 'keys-'));
  const akFiles = { publicArea: join(folder, 'ak.pub'), privateArea: join(folder, 'ak.priv') };
  const ekPem = join(recorder.work, 'ca', `${plan.host}.pem`);
  const made = await onTpm(tcti, (session) => {
    const context = join(session.folder, 'ek.ctx');
    return pipe(
      createEndorsementKey(session, plan.ek, context),
      TE.bindTo('ekPublic'),
      TE.bind('ak', () => createAttestationKey(session, context, plan.ak)),
      TE.tap(() => session.run('tpm2_readpublic', ['-Q', '-c', context, '-f', 'pem', '-o', ekPem])),
    );
  });
  await writeFile(akFiles.publicArea, made.ak.publicArea);
  await writeFile(akFiles.privateArea, made.ak.privateArea);
  return { ekPublic: made.ekPublic, ekPem, akName: made.ak.name, akPublic: made.ak.publicArea, akFiles };
};

const derOf = (pem: string): Uint8Array =>
  new Uint8Array(Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64'));

const certify = async (recorder: Recorder, { tcti }: Running, plan: HostPlan, keys: Keys): Promise<void> => {
  const ca = join(recorder.work, 'ca');
  await run(
    join(
      process.env['SEKISHO_LAB_SCRIPTS'] ?? fileURLToPath(new URL('.', import.meta.url)),
      'certify-endorsement-keys.sh',
    ),
    [ca, plan.host],
  );
  const certificate = new Uint8Array(await readFile(join(ca, `${plan.host}.der`)));
  const maker = await readFile(join(ca, 'maker.pem'), 'utf8');
  const [ek, ak] = [must(parsePublic(keys.ekPublic)), must(parsePublic(keys.akPublic))];
  const activation = {
    v: 1 as const,
    host: plan.host,
    akPublic: toBase64(keys.akPublic),
    ekPublic: toBase64(keys.ekPublic),
    ekCertificate: toHex(nodeHashing.hash('sha256', certificate)),
    intermediates: [toHex(nodeHashing.hash('sha256', derOf(maker)))],
    expires: plusSeconds(plan.certifyAt, 300),
    random: toHex(randomBytes(16)),
  };
  const sealed = must(sealActivation({ ...recorder.key, canonicalize }, activation));
  const credential = must(
    makeCredential(nodeCredentialEngine, nodeHashing, ek, nameOf(nodeHashing, ak), sealed.secret, randomBytes(32)),
  );
  const secret = await onTpm(tcti, (session) => {
    const [endorsementKey, attestationKey] = [join(session.folder, 'ek.ctx'), join(session.folder, 'ak.ctx')];
    return pipe(
      loadAttestationKey(session, plan.ek, keys.akFiles, attestationKey),
      TE.flatMap(() => createEndorsementKey(session, plan.ek, endorsementKey)),
      TE.flatMap(() => activateCredential(session, { kind: plan.ek, endorsementKey, attestationKey }, credential)),
    );
  });
  const offer = {
    ekCertificate: toBase64(certificate),
    ekPublic: toBase64(keys.ekPublic),
    akPublic: toBase64(keys.akPublic),
    ekIssuers: [maker],
  };
  const path = `/v1/hosts/${plan.host}/attestation-key`;
  recorder.exchanges.push({ at: plan.certifyAt, host: plan.host, path: `${path}/challenges`, body: offer });
  const proof = { activation: sealed.token, secret: toBase64(secret) };
  recorder.exchanges.push({ at: plusSeconds(plan.certifyAt, 2), host: plan.host, path, body: proof });
};

const attest = async (recorder: Recorder, running: Running, plan: HostPlan, keys: Keys, at: string): Promise<void> => {
  const akName = toHex(keys.akName);
  const nonce = makeNonce(recorder.key, { host: plan.host, akName }, at, randomBytes(16));
  const log = new Uint8Array(await readFile(running.eventLogPath));
  const digest = toHex(nodeHashing.hash('sha256', log));
  recorder.bootLogs.set(digest, toBase64(log));
  const signed = await onTpm(running.tcti, (session) => {
    const context = join(session.folder, 'ak.ctx');
    const request = {
      kind: plan.ak,
      selections: [{ bank: 'sha256' as const, indices: QUOTED_PCRS }],
      qualifyingData: qualifyingData(nodeHashing, nonce, undefined),
    };
    return pipe(
      loadAttestationKey(session, plan.ek, keys.akFiles, context),
      TE.flatMap(() => quote(session, context, request)),
    );
  });
  recorder.exchanges.push({
    at: plusSeconds(at, 1),
    host: plan.host,
    path: `/v1/hosts/${plan.host}/attestations`,
    body: {
      akName,
      nonce: toHex(nonce),
      quote: toBase64(signed.attest),
      signature: toBase64(signed.signature),
      pcrs: signed.pcrs,
      bootLog: digest,
    },
  });
};

const recordHost = async (recorder: Recorder, running: Running, plan: HostPlan): Promise<void> => {
  try {
    const keys = await makeKeys(recorder, running, plan);
    await certify(recorder, running, plan, keys);
    for (const at of plan.attestAt) await attest(recorder, running, plan, keys, at);
    process.stdout.write(`${plan.host}\n`);
  } finally {
    await running.stop();
  }
};

const MONDAY = '2026-11-16';
const TUESDAY = '2026-11-17';
const WEDNESDAY = '2026-11-18';
const on = (day: string, time: string): string => `${day}T${time}:00.000Z`;

const plan = (
  host: string,
  kind: 'rsa' | 'ecc',
  minute: string,
  days: ReadonlyArray<string> = [MONDAY, TUESDAY, WEDNESDAY],
): HostPlan => ({
  host,
  ...(kind === 'rsa' ? { ek: 'rsa2048', ak: 'rsassa' } : { ek: 'ecc384', ak: 'ecdsa' }),
  certifyAt: on(MONDAY, `09:${minute}`),
  attestAt: days.map((day) => on(day, `10:${minute}`)),
});

const tpmFor = (recorder: Recorder, host: string): Promise<SoftwareTpm> => makeTpm(join(recorder.work, `tpm-${host}`));

const record = async (out: string): Promise<void> => {
  const work = await mkdtemp(join(tmpdir(), 'sekisho-record-'));
  const recorder: Recorder = {
    work,
    key: { hashing: nodeHashing, challengeKey: new Uint8Array(randomBytes(32)) },
    exchanges: [],
    bootLogs: new Map(),
  };
  try {
    await run('mkdir', ['-p', join(work, 'ca')]);
    const good = await bootMachine({ tpm: await tpmFor(recorder, 'linux-01') });
    const firmwareLog = await readFile(good.eventLogPath);
    await recordHost(recorder, good, plan('linux-01', 'rsa', '10'));
    await recordHost(
      recorder,
      await bootMachine({ tpm: await tpmFor(recorder, 'linux-02') }),
      plan('linux-02', 'ecc', '12', [MONDAY, TUESDAY]),
    );
    const off = await bootMachine({ tpm: await tpmFor(recorder, 'linux-03'), secureBoot: false });
    await recordHost(recorder, off, plan('linux-03', 'rsa', '14', [MONDAY]));
    const shell = await bootMachine({ tpm: await tpmFor(recorder, 'linux-04'), commandLine: 'init=/bin/sh' });
    await recordHost(recorder, shell, plan('linux-04', 'ecc', '16', [MONDAY]));
    const esxi: ReadonlyArray<readonly [HostPlan, Parameters<typeof esxiBootLog>[1]]> = [
      [plan('esx-01', 'rsa', '20'), ESXI_803],
      [plan('esx-02', 'ecc', '22'), ESXI_802],
      [plan('esx-03', 'rsa', '24', [MONDAY]), withExtraModule(ESXI_803)],
    ];
    for (const [each, boot] of esxi) {
      const tpm = await tpmFor(recorder, each.host);
      await recordHost(recorder, await replayIntoTpm(tpm, esxiBootLog(firmwareLog, boot)), each);
    }
    const recording = {
      challengeKey: toHex(recorder.key.challengeKey),
      tpmCa: [await readFile(join(work, 'ca', 'root.pem'), 'utf8')],
      exchanges: recorder.exchanges.sort((a, b) => (a.at < b.at ? -1 : 1)),
      bootLogs: Object.fromEntries(recorder.bootLogs),
    };
    await writeFile(out, gzipSync(JSON.stringify(recording), { level: 9 }));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
};

const [, , out] = process.argv;
if (out === undefined) throw new Error('usage: record-sessions OUT-FILE');
await record(out);
