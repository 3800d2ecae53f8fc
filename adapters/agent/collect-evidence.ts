import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { toBase64, toHex } from '../../domain/encoding/bytes.js';
import type { HashAlgorithm } from '../../domain/tpm/algorithms.js';
import type { AgentError } from './agent-error.js';
import {
  ATTESTATION_KEY_KINDS,
  type AttestationKey,
  type AttestationKeyFiles,
  type AttestationKeyKind,
  createAttestationKey,
  loadAttestationKey,
} from './attestation-key.js';
import { readBootLog } from './boot-log-file.js';
import { type EndorsementKeyKind, readEndorsement } from './endorsement-key.js';
import { quote } from './quote.js';
import { type TpmSession, withTpmSession } from './tpm-session.js';
import type { RunTpmTool } from './tpm-tool.js';

/** What the offline tools read: bytes in base64 as the TPM gave them; `nonce`, the qualifying data, and registers in hex. */
export interface EvidenceFile {
  readonly nonce: string;
  readonly scheme: string;
  readonly ekCertificate: string;
  readonly ekPublic: string;
  readonly akPublic: string;
  readonly akName: string;
  readonly quote: string;
  readonly signature: string;
  readonly pcrs: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly eventLog: string;
  readonly ekIssuers: ReadonlyArray<string>;
}

export interface EvidenceOptions {
  readonly tool: RunTpmTool;
  readonly eventLogPath: string;
  readonly bank: HashAlgorithm;
  readonly attestationKeyKind: AttestationKeyKind;
  /** Undefined: whichever the TPM holds a certificate for. */
  readonly endorsementKeyKind: EndorsementKeyKind | undefined;
  /** PEM: certificates between the EK's and the CA of the TPM's maker. */
  readonly ekIssuers: ReadonlyArray<string>;
}

/** All that a boot measures into, but not 10: Linux goes on extending it while it runs. */
export const QUOTED_PCRS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14];

const keyFiles = ({ folder }: TpmSession, key: AttestationKey): TE.TaskEither<AgentError, AttestationKeyFiles> =>
  TE.tryCatch(
    async () => {
      const files = { publicArea: join(folder, 'once.pub'), privateArea: join(folder, 'once.priv') };
      await writeFile(files.publicArea, key.publicArea, { mode: 0o600 });
      await writeFile(files.privateArea, key.privateArea, { mode: 0o600 });
      return files;
    },
    (): AgentError => ({ _tag: 'FileFault', file: folder, rule: 'can not be written' }),
  );

/**
 * A host's evidence for those who look at it offline, or make a base image from it. The attestation key exists for this one quote,
 * over a nonce of its own: nobody can attest with the file.
 */
export const collectEvidence = (options: EvidenceOptions): TE.TaskEither<AgentError, EvidenceFile> => {
  const { tool, eventLogPath, bank, attestationKeyKind: kind, endorsementKeyKind, ekIssuers } = options;
  const qualifyingData = new Uint8Array(randomBytes(32));
  return withTpmSession(tool, (session) => {
    const [ekContext, akContext] = [join(session.folder, 'ek.ctx'), join(session.folder, 'ak.ctx')];
    const selections = [{ bank, indices: QUOTED_PCRS }];
    return pipe(
      readBootLog(eventLogPath),
      TE.bindTo('eventLog'),
      TE.bind('endorsement', () => readEndorsement(session, ekContext, endorsementKeyKind)),
      TE.bind('key', () => createAttestationKey(session, ekContext, kind)),
      TE.bind('files', ({ key }) => keyFiles(session, key)),
      TE.tap(({ endorsement, files }) => loadAttestationKey(session, endorsement.kind, files, akContext)),
      TE.bind('quoted', () => quote(session, akContext, { kind, selections, qualifyingData })),
      TE.map(({ eventLog, endorsement, key, quoted }) => ({
        nonce: toHex(qualifyingData),
        scheme: ATTESTATION_KEY_KINDS[kind].scheme,
        ekCertificate: toBase64(endorsement.certificate ?? new Uint8Array()),
        ekPublic: toBase64(endorsement.publicArea),
        akPublic: toBase64(key.publicArea),
        akName: toHex(key.name),
        quote: toBase64(quoted.attest),
        signature: toBase64(quoted.signature),
        pcrs: quoted.pcrs,
        eventLog: toBase64(eventLog),
        ekIssuers,
      })),
    );
  });
};
