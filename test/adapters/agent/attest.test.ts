import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readState, stateFolder } from '../../../adapters/agent/agent-state.js';
import { attest } from '../../../adapters/agent/attest.js';
import type { Attester } from '../../../adapters/agent/attester.js';
import { authorityFor } from '../../../adapters/agent/authority.js';
import { type FakeTpm, fakeTpm } from './fake-tpm.js';

const LATER = '2030-01-01T00:00:00.000Z';
const INTEGRITY = 0x1df;
const ANSWERS: Readonly<Record<string, unknown>> = {
  'attestation-key/challenges': {
    activation: 'opaque',
    credentialBlob: 'AAAA',
    encryptedSecret: 'AAAA',
    expiresAt: LATER,
  },
  'attestation-key': { akName: '00', index: 1 },
  challenges: { nonce: '00ff', expiresAt: LATER, pcrs: { bank: 'sha256', indices: [0, 7] } },
  attestations: { verdict: 'affirming', reasons: [], notAfter: LATER, index: 2 },
};
const CERTIFYING = ['attestation-key/challenges', 'attestation-key'];
const ATTESTING = ['challenges', 'attestations'];

describe('a round of attestation', () => {
  let folder: string;
  let tpm: FakeTpm;
  let asked: Array<string>;
  let refusals: Array<readonly [path: string, code: string]>;
  let attester: Attester;

  const makeAttester = async (more: Partial<Attester> = {}): Promise<Attester> => {
    const where = await stateFolder(join(folder, 'agent'))();
    if (E.isLeft(where)) throw new Error(where.left._tag);
    const ask = ({ path }: { readonly path: string }) => {
      const last = path.replace('/v1/hosts/host-1/', '');
      asked.push(last);
      const refused = refusals.findIndex(([refusedPath]) => refusedPath === last);
      const [, code] = refusals.splice(refused, refused < 0 ? 0 : 1)[0] ?? [];
      const body = code === undefined ? ANSWERS[last] : { code, title: code };
      return TE.right({
        status: code === undefined ? 201 : 409,
        retryAfter: undefined,
        body: Buffer.from(JSON.stringify(body)),
      });
    };
    return {
      authorityUrl: 'https://authority.example',
      host: 'host-1',
      attestationKeyKind: 'rsassa',
      endorsementKeyKind: undefined,
      ekIssuers: [],
      eventLogPath: join(folder, 'boot-log.bin'),
      folder: where.right,
      tool: tpm.run,
      authority: authorityFor(ask, 'host-1'),
      log: () => undefined,
      ...more,
    };
  };

  const round = async (): Promise<ReadonlyArray<string>> => {
    asked.length = 0;
    const result = await attest(attester)();
    return E.isRight(result) ? asked : [...asked, result.left._tag];
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sekisho-round-'));
    await writeFile(join(folder, 'boot-log.bin'), 'log');
    tpm = fakeTpm();
    asked = [];
    refusals = [];
    attester = await makeAttester();
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('certifies once and attests each time', async () => {
    expect(await round()).toEqual([...CERTIFYING, ...ATTESTING]);
    expect(await round()).toEqual(ATTESTING);
  });

  it('goes on where an interrupted one stopped, with the same key', async () => {
    refusals.push(['attestation-key/challenges', 'EndorsementKeyUntrusted']);
    expect(await round()).toEqual(['attestation-key/challenges', 'AuthorityRefused']);
    expect(await round()).toEqual([...CERTIFYING, ...ATTESTING]);
    expect(tpm.calls.filter((tool) => tool === 'tpm2_createak')).toHaveLength(1);
  });

  it('loads the key again after a reboot, when its context is void', async () => {
    await round();
    tpm.failOnce('tpm2_readpublic');
    expect(await round()).toEqual(ATTESTING);
    expect(tpm.calls).toContain('tpm2_load');
  });

  it('makes a new key only when the TPM says that the old one is not its own', async () => {
    await round();
    tpm.failOnce('tpm2_readpublic');
    tpm.failOnce('tpm2_load', 0x101);
    expect(await round()).toEqual(['ToolFailed']);
    tpm.failOnce('tpm2_readpublic');
    tpm.failOnce('tpm2_load', INTEGRITY);
    expect(await round()).toEqual([...CERTIFYING, ...ATTESTING]);
    expect(tpm.calls.filter((tool) => tool === 'tpm2_createak')).toHaveLength(2);
  });

  it.each(['AttestationKeyNotCertified', 'AttestationKeyReplaced'])('certifies again, once, after %s', async (code) => {
    await round();
    refusals.push(['challenges', code], ['challenges', code]);
    expect(await round()).toEqual(['challenges', ...CERTIFYING, 'challenges', 'AuthorityRefused']);
  });

  it('does not certify after a refusal that this would not cure', async () => {
    await round();
    refusals.push(['challenges', 'HostRetired']);
    expect(await round()).toEqual(['challenges', 'AuthorityRefused']);
  });

  it('makes a key of its own for each authority and kind', async () => {
    await round();
    attester = await makeAttester({ authorityUrl: 'https://other.example' });
    expect(await round()).toEqual([...CERTIFYING, ...ATTESTING]);
    attester = await makeAttester({ authorityUrl: 'https://other.example', attestationKeyKind: 'ecdsa' });
    expect(await round()).toEqual([...CERTIFYING, ...ATTESTING]);
  });

  it('asks for no challenge that it could not answer', async () => {
    await round();
    await rm(attester.eventLogPath);
    expect(await round()).toEqual(['FileFault']);
  });

  it('offers no empty boot log', async () => {
    await round();
    await writeFile(attester.eventLogPath, '');
    expect(await round()).toEqual(['FileFault']);
  });

  it.each([
    ['has no certificate for one kind of endorsement key', 0x18b, [...CERTIFYING, ...ATTESTING]],
    ['was never given the certificate of its index', 0x14a, [...CERTIFYING, ...ATTESTING]],
    ['is too busy to say', 0x922, ['ToolFailed']],
    ['does not say why', undefined, ['ToolFailed']],
  ])('goes on without a certificate only when the TPM says so: it %s', async (_what, responseCode, expected) => {
    tpm.failOnce('tpm2_nvread', responseCode);
    expect(await round()).toEqual(expected);
  });

  it('sends no quote that lacks registers', async () => {
    const short = await makeAttester();
    attester = {
      ...short,
      tool: (tool, args) =>
        tpm.run(
          tool,
          args.map((arg) => (arg.endsWith('quote.pcrs') ? `${arg}.lost` : arg)),
        ),
    };
    expect(await round()).toEqual([...CERTIFYING, 'challenges', 'FileFault']);
  });

  it('leaves no file outside its state folder', async () => {
    const temporary = join(folder, 'temporary');
    await mkdir(temporary);
    vi.stubEnv('TMPDIR', temporary);
    await round();
    tpm.failOnce('tpm2_quote');
    expect(await round()).toEqual(['challenges', 'ToolFailed']);
    vi.unstubAllEnvs();
    expect(await readdir(temporary)).toEqual([]);
    expect(await readState(attester.folder)()).toMatchObject(E.right({ certified: true }));
  });
});
