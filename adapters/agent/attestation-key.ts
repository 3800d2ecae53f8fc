import { join } from 'node:path';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { AgentError } from './agent-error.js';
import { createEndorsementKey, type EndorsementKeyKind, isPolicyOnly } from './endorsement-key.js';
import { readCapped } from './private-files.js';
import { type TpmSession, withEndorsementPolicy } from './tpm-session.js';

/** How the key signs: RSA-2048 or ECDSA on P-256 with SHA-256, or on P-384 with SHA-384. */
export type AttestationKeyKind = 'rsassa' | 'rsapss' | 'ecdsa' | 'ecdsa-p384';

interface Parameters {
  readonly algorithm: string;
  readonly scheme: string;
  readonly hash: string;
}

export const ATTESTATION_KEY_KINDS: Readonly<Record<AttestationKeyKind, Parameters>> = {
  rsassa: { algorithm: 'rsa', scheme: 'rsassa', hash: 'sha256' },
  rsapss: { algorithm: 'rsa', scheme: 'rsapss', hash: 'sha256' },
  ecdsa: { algorithm: 'ecc', scheme: 'ecdsa', hash: 'sha256' },
  'ecdsa-p384': { algorithm: 'ecc384', scheme: 'ecdsa', hash: 'sha384' },
};

export interface AttestationKey {
  /** TPM2B_PUBLIC. */
  readonly publicArea: Uint8Array;
  /** TPM2B_PRIVATE, encrypted by the TPM that made it and usable in no other. */
  readonly privateArea: Uint8Array;
  /** nameAlg and digest of the public area (TPM 2.0 Part 1, 16). */
  readonly name: Uint8Array;
}

const AREA_CAP = 2_048;
const NAME_CAP = 66;
const RC_INTEGRITY = 0x09f;

/** Format-one response codes carry a parameter, session or handle number beside the error (TPM 2.0 Part 2, 6.6.2). */
const isIntegrityFailure = (responseCode: number | undefined): boolean =>
  responseCode !== undefined && (responseCode & 0x0bf) === RC_INTEGRITY;

/** A restricted signing key under the EK: it signs only what the TPM itself made. `endorsementKey` is a context file. */
export const createAttestationKey = (
  { run, folder }: TpmSession,
  endorsementKey: string,
  kind: AttestationKeyKind,
): TE.TaskEither<AgentError, AttestationKey> => {
  const file = (name: string): string => join(folder, name);
  const { algorithm, scheme, hash } = ATTESTATION_KEY_KINDS[kind];
  const key = ['-C', endorsementKey, '-G', algorithm, '-g', hash, '-s', scheme];
  const outputs = ['-c', file('ak.ctx'), '-u', file('ak.pub'), '-r', file('ak.priv'), '-n', file('ak.name')];
  return pipe(
    run('tpm2_createak', ['-Q', ...key, ...outputs]),
    TE.flatMap(() =>
      TE.sequenceArray([
        readCapped(file('ak.pub'), AREA_CAP),
        readCapped(file('ak.priv'), AREA_CAP),
        readCapped(file('ak.name'), NAME_CAP),
      ]),
    ),
    TE.map(([publicArea = EMPTY, privateArea = EMPTY, name = EMPTY]) => ({ publicArea, privateArea, name })),
  );
};

const EMPTY = new Uint8Array();

export interface AttestationKeyFiles {
  readonly publicArea: string;
  readonly privateArea: string;
}

/** Leaves the key's context in `contextFile`. `AttestationKeyLost` when this TPM did not make the key. */
export const loadAttestationKey = (
  session: TpmSession,
  kind: EndorsementKeyKind,
  key: AttestationKeyFiles,
  contextFile: string,
): TE.TaskEither<AgentError, void> => {
  const parent = join(session.folder, 'ek-parent.ctx');
  const args = ['-Q', '-C', parent, '-u', key.publicArea, '-r', key.privateArea, '-c', contextFile];
  return pipe(
    createEndorsementKey(session, kind, parent),
    TE.flatMap(() =>
      isPolicyOnly(kind)
        ? withEndorsementPolicy(session, (auth) => session.run('tpm2_load', [...args, '-P', auth]))
        : session.run('tpm2_load', args),
    ),
    TE.bimap(
      (error): AgentError =>
        error._tag === 'ToolFailed' && error.tool === 'tpm2_load' && isIntegrityFailure(error.responseCode)
          ? { _tag: 'AttestationKeyLost' }
          : error,
      () => undefined,
    ),
  );
};
