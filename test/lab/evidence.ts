import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type * as TaskEither from 'fp-ts/lib/TaskEither.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type AgentError, describeAgentError } from '../../adapters/agent/agent-error.js';
import {
  ATTESTATION_KEY_KINDS,
  type AttestationKeyKind,
  createAttestationKey,
  loadAttestationKey,
} from '../../adapters/agent/attestation-key.js';
import { type EvidenceFile, QUOTED_PCRS } from '../../adapters/agent/collect-evidence.js';
import { type Endorsement, type EndorsementKeyKind, readEndorsement } from '../../adapters/agent/endorsement-key.js';
import { quote } from '../../adapters/agent/quote.js';
import { type TpmSession, withTpmSession } from '../../adapters/agent/tpm-session.js';
import { tpmTool } from '../../adapters/agent/tpm-tool.js';
import { toBase64, toHex } from '../../domain/encoding/bytes.js';
import type { HashAlgorithm } from '../../domain/tpm/algorithms.js';

/** The keys that a host keeps from boot to boot. */
export interface HostKeys {
  readonly kind: AttestationKeyKind;
  readonly endorsement: Endorsement;
  readonly akName: Uint8Array;
  readonly akFiles: { readonly publicArea: string; readonly privateArea: string };
}

const onTpm = async <A>(
  tcti: string,
  use: (session: TpmSession) => TaskEither.TaskEither<AgentError, A>,
): Promise<A> => {
  const result = await withTpmSession(tpmTool({ tcti }), use)();
  if (E.isLeft(result)) throw new Error(describeAgentError(result.left));
  return result.right;
};

export const makeHostKeys = async (
  tcti: string,
  folder: string,
  { kind, ek }: { readonly kind: AttestationKeyKind; readonly ek: EndorsementKeyKind },
): Promise<HostKeys> => {
  const made = await onTpm(tcti, (session) => {
    const context = join(session.folder, 'ek.ctx');
    return pipe(
      readEndorsement(session, context, ek),
      TE.bindTo('endorsement'),
      TE.bind('ak', () => createAttestationKey(session, context, kind)),
    );
  });
  await mkdir(folder, { recursive: true });
  const akFiles = { publicArea: join(folder, 'ak.pub'), privateArea: join(folder, 'ak.priv') };
  await writeFile(akFiles.publicArea, made.ak.publicArea);
  await writeFile(akFiles.privateArea, made.ak.privateArea);
  return { kind, endorsement: made.endorsement, akName: made.ak.name, akFiles };
};

export const collectEvidence = async (
  host: { readonly tcti: string; readonly eventLogPath: string },
  keys: HostKeys,
  ekIssuers: ReadonlyArray<string>,
  banks: ReadonlyArray<HashAlgorithm> = ['sha256'],
): Promise<EvidenceFile> => {
  const selections = banks.map((bank) => ({ bank, indices: QUOTED_PCRS }));
  const qualifyingData = new Uint8Array(randomBytes(32));
  const signed = await onTpm(host.tcti, (session) => {
    const context = join(session.folder, 'ak.ctx');
    return pipe(
      loadAttestationKey(session, keys.endorsement.kind, keys.akFiles, context),
      TE.flatMap(() => quote(session, context, { kind: keys.kind, selections, qualifyingData })),
    );
  });
  return {
    nonce: toHex(qualifyingData),
    scheme: ATTESTATION_KEY_KINDS[keys.kind].scheme,
    ekCertificate: toBase64(keys.endorsement.certificate ?? new Uint8Array()),
    ekPublic: toBase64(keys.endorsement.publicArea),
    akPublic: toBase64(await readFile(keys.akFiles.publicArea)),
    akName: toHex(keys.akName),
    quote: toBase64(signed.attest),
    signature: toBase64(signed.signature),
    pcrs: signed.pcrs,
    eventLog: (await readFile(host.eventLogPath)).toString('base64'),
    ekIssuers,
  };
};
