import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AgentLogLine } from '../../../adapters/agent/attester.js';
import { type AgentExitCode, type AgentOptions, agentDeps, runAgent } from '../../../adapters/agent/run-agent.js';
import { run } from '../../lab/child.js';
import { makeTpm, type RunningTpm, type SoftwareTpm, startTpm } from '../../lab/software-tpm.js';
import { requireTools, SOFTWARE_TPM } from '../../support/system-parts.js';
import { type LabAuthority, problem, startLabAuthority } from './lab-authority.js';

describe.runIf(requireTools(SOFTWARE_TPM))('the agent with a TPM', () => {
  let tpms: string;
  let made: SoftwareTpm;
  let folder: string;
  let tpm: RunningTpm;
  let authority: LabAuthority;
  let lines: Array<AgentLogLine>;

  const once = (more: Partial<AgentOptions> = {}): Promise<AgentExitCode> =>
    runAgent(
      {
        url: authority.url,
        host: 'host-1',
        stateFolder: join(folder, 'agent'),
        intervalSeconds: 60,
        once: true,
        tcti: tpm.tcti,
        eventLogPath: join(folder, 'boot-log.bin'),
        ...more,
      },
      agentDeps((line) => lines.push(line), new AbortController().signal),
    );

  const paths = (): ReadonlyArray<string> => authority.received.map(({ path }) => path);
  const namesAsked = (): ReadonlyArray<unknown> =>
    authority.received.filter(({ path }) => path === 'challenges').map(({ body }) => body['akName']);
  const stateOf = async (): Promise<Record<string, unknown>> =>
    JSON.parse(await readFile(join(folder, 'agent', 'agent.json'), 'utf8')) as Record<string, unknown>;

  beforeAll(async () => {
    tpms = await mkdtemp(join(tmpdir(), 'sekisho-agent-tpms-'));
    made = await makeTpm(join(tpms, 'tpm'));
  });

  afterAll(() => rm(tpms, { recursive: true, force: true }));

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sekisho-agent-test-'));
    lines = [];
    await writeFile(join(folder, 'boot-log.bin'), 'a boot log');
    tpm = await startTpm(made);
    authority = await startLabAuthority();
  });

  afterEach(async () => {
    await authority.stop();
    await tpm.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('certifies an attestation key by activating a credential, then attests', async () => {
    expect(await once()).toBe(0);
    expect(paths()).toEqual(['attestation-key/challenges', 'attestation-key', 'challenges', 'attestations']);
    expect(lines.map(({ message }) => message)).toEqual([
      'attestation key made',
      'attestation key certified',
      'attested',
    ]);
  });

  it.each([
    ['rsapss', 'rsa2048'],
    ['ecdsa', 'ecc256'],
    ['ecdsa', 'ecc384'],
    ['ecdsa-p384', 'ecc384'],
  ] as const)('attests with %s under an endorsement key of kind %s', async (attestationKeyKind, endorsementKeyKind) => {
    expect(await once({ attestationKeyKind, endorsementKeyKind })).toBe(0);
    const { body } = authority.received[0]!;
    expect(body['ekCertificate'] === undefined).toBe(endorsementKeyKind === 'ecc256');
  });

  it('quotes the registers and sends the log that the authority asked for', async () => {
    await once();
    const { body } = authority.received.at(-1)!;
    expect(Object.keys((body['pcrs'] as Record<string, object>)['sha256'] ?? {})).toEqual(['0', '4', '7', '14']);
    expect(Buffer.from(String(body['eventLog']), 'base64').toString()).toBe('a boot log');
  });

  it('keeps its attestation key over restarts of the agent and of the machine', async () => {
    expect(await once()).toBe(0);
    expect(await once()).toBe(0);
    await tpm.stop();
    tpm = await startTpm(made);
    expect(await once()).toBe(0);
    expect(new Set(namesAsked()).size).toBe(1);
    expect(paths().filter((path) => path === 'attestation-key')).toHaveLength(1);
  });

  it('makes and certifies a new attestation key when the TPM is another one', async () => {
    expect(await once()).toBe(0);
    await tpm.stop();
    tpm = await startTpm(await makeTpm(join(tpms, 'other')));
    expect(await once()).toBe(0);
    expect(new Set(namesAsked()).size).toBe(2);
    expect(lines.some(({ level }) => level === 'warn')).toBe(true);
  });

  it('certifies anew when the authority does not know the key', async () => {
    expect(await once()).toBe(0);
    authority.answerOnce('/challenges', problem(409, 'AttestationKeyNotCertified'));
    expect(await once()).toBe(0);
    expect(paths().filter((path) => path === 'attestation-key')).toHaveLength(2);
  });

  it('leaves no object and no session in the TPM', async () => {
    await once();
    for (const kind of ['handles-transient', 'handles-loaded-session', 'handles-saved-session']) {
      const held = await run('tpm2_getcap', [kind], { TPM2TOOLS_TCTI: tpm.tcti });
      expect(held.toString().trim()).toBe('');
    }
  });

  it('keeps its state to its user', async () => {
    await once();
    expect((await stat(join(folder, 'agent'))).mode & 0o777).toBe(0o700);
    expect((await stat(join(folder, 'agent', 'agent.json'))).mode & 0o777).toBe(0o600);
    expect(await stateOf()).toMatchObject({ host: 'host-1', certified: true });
  });

  it('never logs evidence, credentials or answers', async () => {
    await once();
    authority.answerOnce('/attestations', problem(422, 'EvidenceNotHostsOwn'));
    await once();
    const text = JSON.stringify(lines);
    for (const { body } of authority.received) {
      for (const secret of [body['quote'], body['signature'], body['secret'], body['eventLog'], body['ekPublic']]) {
        if (secret !== undefined) expect(text).not.toContain(secret);
      }
    }
  });

  it('ends with 4 and names where it looked when no TPM is there', async () => {
    vi.stubEnv('TPM2TOOLS_TCTI', 'device:/no/such/other');
    expect(await once({ tcti: 'device:/no/such/tpm' })).toBe(4);
    expect(await once({ tcti: undefined })).toBe(4);
    vi.unstubAllEnvs();
    const [given, found] = lines.map(({ message }) => message);
    expect(given).toMatch(/no TPM reached by "device:\/no\/such\/tpm" \(Failed to open .*No such file/);
    expect(found).toContain('no TPM reached by "device:/no/such/other"');
  });

  it.each([
    ['the authority refuses', problem(404, 'HostNotEnrolled'), 3],
    ['the authority has failed', problem(500, 'Unexpected'), 4],
    ['a proxy answers in its place', { status: 502, body: '<html>Bad gateway</html>' }, 4],
  ])('ends after one round with a code of its own when %s', async (_what, answer, code) => {
    authority.answerOnce('attestation-key/challenges', answer);
    expect(await once()).toBe(code);
  });

  it('does not send evidence when a boot log is absent', async () => {
    expect(await once({ eventLogPath: join(folder, 'absent') })).toBe(4);
    expect(paths()).not.toContain('attestations');
    expect(lines.at(-1)?.message).toBe(`${join(folder, 'absent')}: does not exist`);
  });
});
