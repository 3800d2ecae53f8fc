import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodeCredentialEngine } from '../../adapters/crypto/node/credential-engine.js';
import { nodeHashing } from '../../adapters/crypto/node/hashing.js';
import { toHex } from '../../domain/encoding/bytes.js';
import { type Credential, credentialSeedSize, makeCredential } from '../../domain/tpm/credential.js';
import { type EkTemplate, ekTemplateOf } from '../../domain/tpm/endorsement-key.js';
import { nameOf } from '../../domain/tpm/name.js';
import { parsePublic, type TpmPublic } from '../../domain/tpm/public-area.js';
import { requireTools, SOFTWARE_TPM } from '../support/system-parts.js';
import { run } from './child.js';
import { makeTpm, type RunningTpm, startTpm } from './software-tpm.js';

const TPM2_TOOLS_HEADER = Uint8Array.of(0xba, 0xdc, 0xc0, 0xde, 0, 0, 0, 1);

const rightOf = <A>(either: E.Either<unknown, A>): A => {
  if (E.isLeft(either)) throw new Error(JSON.stringify(either.left));
  return either.right;
};

describe.runIf(requireTools(SOFTWARE_TPM))('TPM2_MakeCredential in software', () => {
  let folder: string;
  let tpm: RunningTpm;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sekisho-credential-'));
    tpm = await startTpm(await makeTpm(folder));
  });
  afterAll(async () => {
    await tpm.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const file = (name: string): string => join(folder, name);

  const tool = async (name: string, ...args: ReadonlyArray<string>): Promise<void> => {
    const env = { TPM2TOOLS_TCTI: tpm.tcti };
    await run(name, ['-Q', ...args], env);
    await run('tpm2_flushcontext', ['-t'], env);
  };

  const publicArea = async (name: string): Promise<TpmPublic> => rightOf(parsePublic(await readFile(file(name))));

  /** PolicySecret(ENDORSEMENT) goes with each use of a low-range key; one of the high range takes its empty password. */
  const withPolicy = async <A>(use: (authorisation: ReadonlyArray<string>) => Promise<A>): Promise<A> => {
    await tool('tpm2_startauthsession', '--policy-session', '-S', file('session'));
    try {
      await tool('tpm2_policysecret', '-S', file('session'), '-c', 'e');
      return await use(['-P', `session:${file('session')}`]);
    } finally {
      await tool('tpm2_flushcontext', file('session'));
    }
  };

  const activated = async (template: EkTemplate, credential: Credential): Promise<Uint8Array> => {
    const { credentialBlob, encryptedSecret } = credential;
    await writeFile(file('credential'), Buffer.concat([TPM2_TOOLS_HEADER, credentialBlob, encryptedSecret]));
    const args = ['-c', file('ak.ctx'), '-C', file('ek.ctx'), '-i', file('credential'), '-o', file('secret')];
    const activate = (authorisation: ReadonlyArray<string>): Promise<void> =>
      tool('tpm2_activatecredential', ...args, ...authorisation);
    await (template.startsWith('L') ? withPolicy(activate) : activate([]));
    return readFile(file('secret'));
  };

  it.each<[string, EkTemplate]>([
    ['rsa', 'L-1'],
    ['rsa3072', 'H-6'],
    ['ecc', 'L-2'],
    ['ecc384', 'H-3'],
  ])(
    'makes what a TPM opens with its %s endorsement key (%s) and this attestation key alone',
    async (kind, template) => {
      await tool('tpm2_createek', '-G', kind, '-c', file('ek.ctx'), '-u', file('ek.pub'));
      await tool(
        'tpm2_createak',
        '-C',
        file('ek.ctx'),
        '-G',
        'ecc',
        '-g',
        'sha256',
        '-s',
        'ecdsa',
        '-c',
        file('ak.ctx'),
        '-u',
        file('ak.pub'),
      );
      const [ek, ak] = [await publicArea('ek.pub'), await publicArea('ak.pub')];
      expect(ekTemplateOf(ek)).toBe(template);
      const secret = randomBytes(32);
      const seed = randomBytes(credentialSeedSize(ek));
      const name = nameOf(nodeHashing, ak);
      const credential = rightOf(makeCredential(nodeCredentialEngine, nodeHashing, ek, name, secret, seed));
      expect(toHex(await activated(template, credential))).toBe(toHex(secret));

      const other = Uint8Array.from(name, (byte, i) => (i === 5 ? byte ^ 1 : byte));
      const forAnother = rightOf(makeCredential(nodeCredentialEngine, nodeHashing, ek, other, secret, seed));
      await expect(activated(template, forAnother)).rejects.toThrow(/integrity check failed/);
    },
  );
});
