import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { concat } from '../../domain/encoding/bytes.js';
import type { AgentError } from './agent-error.js';
import { type EndorsementKeyKind, isPolicyOnly } from './endorsement-key.js';
import { readCapped } from './private-files.js';
import { type TpmSession, withEndorsementPolicy } from './tpm-session.js';

export interface Credential {
  /** TPM2B_ID_OBJECT. */
  readonly credentialBlob: Uint8Array;
  /** TPM2B_ENCRYPTED_SECRET. */
  readonly encryptedSecret: Uint8Array;
}

/** The file format of tpm2-tools: magic number and version, big endian, before the two structures. */
const FILE_HEADER = Uint8Array.of(0xba, 0xdc, 0xc0, 0xde, 0, 0, 0, 1);
const SECRET_CAP = 64;

const writeCredential = (file: string, credential: Credential): TE.TaskEither<AgentError, void> =>
  TE.tryCatch(
    () => writeFile(file, concat(FILE_HEADER, credential.credentialBlob, credential.encryptedSecret), { mode: 0o600 }),
    (): AgentError => ({ _tag: 'FileFault', file, rule: 'can not be written' }),
  );

/**
 * TPM2_ActivateCredential: the TPM gives the secret only if it holds both the EK the credential was made for and the AK
 * whose name is in it. Context files are of keys in this TPM.
 */
export const activateCredential = (
  session: TpmSession,
  keys: { readonly kind: EndorsementKeyKind; readonly endorsementKey: string; readonly attestationKey: string },
  credential: Credential,
): TE.TaskEither<AgentError, Uint8Array> => {
  const file = join(session.folder, 'credential');
  const secret = join(session.folder, 'secret');
  const args = ['-Q', '-c', keys.attestationKey, '-C', keys.endorsementKey, '-i', file, '-o', secret];
  return pipe(
    writeCredential(file, credential),
    TE.flatMap(() =>
      isPolicyOnly(keys.kind)
        ? withEndorsementPolicy(session, (auth) => session.run('tpm2_activatecredential', [...args, '-P', auth]))
        : session.run('tpm2_activatecredential', args),
    ),
    TE.flatMap(() => readCapped(secret, SECRET_CAP)),
  );
};
