import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerKeyRequest, type KeyClient } from '../../adapters/agent/answer-key-request.js';
import { attest } from '../../adapters/agent/attest.js';
import type { KeyAccess } from '../../adapters/agent/key-access.js';
import { makeAttester } from '../../adapters/agent/make-attester.js';
import { makeWrappingKey } from '../../adapters/agent/wrapping-key.js';
import { toBase64 } from '../../domain/encoding/bytes.js';
import { right } from '../support/ledger.js';
import { requireTools, VIRTUAL_MACHINE } from '../support/system-parts.js';
import { collectEvidence, makeHostKeys } from './evidence.js';
import { bootMachine, type Machine } from './machine.js';
import { buildSekisho, type Got, type Running, sekisho, sekishoBytes, startSekisho } from './sekisho.js';
import { makeTpm, type SoftwareTpm } from './software-tpm.js';

const BOOT = { timeout: 400_000 };
const STEP = { timeout: 300_000 };

const seal = (key: Uint8Array, text: string): { readonly iv: Buffer; readonly tag: Buffer; readonly data: Buffer } => {
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  const data = Buffer.concat([cipher.update(text), cipher.final()]);
  return { iv, data, tag: cipher.getAuthTag() };
};
const unseal = (key: Uint8Array, { iv, data, tag }: ReturnType<typeof seal>): string => {
  const decipher = createDecipheriv('aes-256-gcm', key, iv).setAuthTag(tag);
  return Buffer.concat([decipher.update(data), decipher.final()]).toString();
};

// One story, told in order: a machine, its data, and a thief.
describe.runIf(requireTools(VIRTUAL_MACHINE))('keys and a real machine', () => {
  let folder: string;
  let tpm: SoftwareTpm;
  let server: Running | undefined;
  let url: string;
  let machine: Machine;
  let data: ReturnType<typeof seal>;

  const file = (name: string): string => join(folder, name);
  const administer = async (...args: ReadonlyArray<string>): Promise<void> => {
    expect(await sekisho(...args, '--dir', file('authority')), args.join(' ')).toMatchObject({ code: 0 });
  };
  const key = (...args: ReadonlyArray<string>): Promise<Got> =>
    sekishoBytes([
      ...['agent', 'key', ...args, '--url', url, '--host', 'lab-1', '--state', file('agent')],
      ...['--tcti', machine.tcti, '--event-log', machine.eventLogPath],
    ]);
  const kek = (): string => file('data.kek');
  const onMachine = (secureBoot: boolean): void => {
    beforeAll(async () => {
      machine = await bootMachine({ tpm, secureBoot });
    }, BOOT.timeout);
    afterAll(() => machine.stop());
  };
  /** Attests in this process, to hold what the agent holds in memory. */
  const attested = async (): Promise<KeyClient> => {
    const options = { url, host: 'lab-1', stateFolder: file('agent'), tcti: machine.tcti };
    const made = right(await makeAttester({ ...options, eventLogPath: machine.eventLogPath }, () => undefined)());
    const { access } = right(await attest(made.attester)());
    if (access === undefined) throw new Error('no access');
    return { ...made, access };
  };
  const unwrapWith = async (client: KeyClient, access: KeyAccess): Promise<unknown> => {
    const ciphertext = toBase64(await readFile(kek()));
    return answerKeyRequest({ ...client, access }, { operation: 'unwrap', provider: 'local', ciphertext })();
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sekisho-lab-keys-'));
    await buildSekisho();
    tpm = await makeTpm(file('tpm'));
    await writeFile(file('maker.pem'), tpm.ekIssuers.join('\n'));
    await administer('init', '--name', 'Lab');
    server = startSekisho('serve', '--dir', file('authority'), '--port', '0', '--log-level', 'warn');
    await server.says('End it with');
    url = / on (http:\S+) /.exec(server.out())?.[1] ?? '';
    await administer('tpm-ca', 'trust', 'lab-maker', file('maker.pem'));
    await administer('host', 'enrol', 'lab-1');
    await administer('key-provider', 'create', 'local');
    await administer('key-provider', 'primary-key', 'local', '--create', 'first');
  }, STEP.timeout);

  afterAll(async () => {
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  describe('that boots what was approved, with Secure Boot', () => {
    onMachine(true);

    it('gets no key before its base image is approved', STEP, async () => {
      expect(await key('get', 'local', kek())).toMatchObject({ code: 1, key: Buffer.alloc(0) });
      const keys = await makeHostKeys(machine.tcti, file('reference'), { kind: 'rsassa', ek: 'rsa2048' });
      await writeFile(file('evidence.json'), JSON.stringify(await collectEvidence(machine, keys, tpm.ekIssuers)));
      const image = ['--version', 'lab', '--out', file('image.json')];
      expect(await sekisho('base-image', 'from-evidence', file('evidence.json'), ...image)).toMatchObject({ code: 0 });
      await administer('base-image', 'propose', file('image.json'), '--as', 'trust-admin-1');
      await administer('base-image', 'approve', 'lab', '--as', 'trust-admin-2');
    });

    it('gets its key, and unwraps it again for its data', STEP, async () => {
      const made = await key('get', 'local', kek());
      expect(made).toMatchObject({ code: 0, err: '' });
      data = seal(made.key, 'what the machine keeps');
      const again = await key('unwrap', 'local', kek());
      expect(again).toMatchObject({ code: 0, err: '' });
      expect(unseal(again.key, data)).toBe('what the machine keeps');
    });

    it('gets it by a key in its TPM that works in this boot state only', STEP, async () => {
      const got = await key('unwrap', 'local', kek(), '--pcrs', '0,2,4,7');
      expect(got).toMatchObject({ code: 0, err: '' });
      expect(unseal(got.key, data)).toBe('what the machine keeps');
    });

    it('loses its token to a thief who can do nothing with it', STEP, async () => {
      const client = await attested();
      expect(await unwrapWith(client, client.access)).toMatchObject(E.right({ ciphertext: undefined }));
      const stolen = { ...client.access, wrappingKey: makeWrappingKey() };
      expect(await unwrapWith(client, stolen)).toMatchObject(E.left({ _tag: 'AnswerMalformed', field: 'sealed' }));
    });

    it('loses access at once in quarantine, with a token that has not expired', STEP, async () => {
      const client = await attested();
      expect(E.isRight((await unwrapWith(client, client.access)) as E.Either<unknown, unknown>)).toBe(true);
      await administer('host', 'quarantine', 'lab-1', '--reason', 'odd traffic');
      const refused = await unwrapWith(client, client.access);
      expect(Date.parse(client.access.expiresAt)).toBeGreaterThan(Date.now());
      expect(refused).toMatchObject(
        E.left({ _tag: 'AuthorityRefused', code: 'KeyNotReleased', detail: 'Reasons: HostQuarantined.' }),
      );
      await administer('host', 'release', 'lab-1', '--reason', 'a false alarm');
      expect(await key('unwrap', 'local', kek())).toMatchObject({ code: 0, err: '' });
    });
  });

  describe('that boots the same with Secure Boot off', () => {
    onMachine(false);

    it('gets no key, in memory or in its TPM', STEP, async () => {
      const refused = { code: 1, key: Buffer.alloc(0), err: expect.stringContaining('SecureBoot') };
      expect(await key('unwrap', 'local', kek())).toMatchObject(refused);
      expect(await key('unwrap', 'local', kek(), '--tpm')).toMatchObject(refused);
    });
  });

  it('leave a ledger from which every decision is made again alike', STEP, async () => {
    const { code, out } = await sekisho('replay', '--dir', file('authority'), '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ differenceCount: 0 });
  });
});
