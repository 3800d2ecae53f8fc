import { join } from 'node:path';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { AgentError } from './agent-error.js';
import { readCapped } from './private-files.js';
import type { TpmSession } from './tpm-session.js';

export type EndorsementKeyKind = 'rsa2048' | 'ecc256' | 'ecc384';

export interface Endorsement {
  readonly kind: EndorsementKeyKind;
  /** X.509 in DER as the TPM stores it, padding included; undefined when the TPM holds none for this key. */
  readonly certificate: Uint8Array | undefined;
  /** TPM2B_PUBLIC. */
  readonly publicArea: Uint8Array;
}

interface Template {
  readonly kind: EndorsementKeyKind;
  /** Where the certificate of the key from this template is (TCG EK Credential Profile 2.5, 2.2.1.4 and 2.2.1.5). */
  readonly certificateIndex: string;
  readonly algorithm: string;
  /** L templates demand their policy for every use; H templates allow the (empty) authorisation value. */
  readonly policyOnly: boolean;
}

/** In the order of preference. */
const TEMPLATES: Readonly<Record<EndorsementKeyKind, Template>> = {
  rsa2048: { kind: 'rsa2048', certificateIndex: '0x01c00002', algorithm: 'rsa', policyOnly: true },
  ecc256: { kind: 'ecc256', certificateIndex: '0x01c0000a', algorithm: 'ecc', policyOnly: true },
  ecc384: { kind: 'ecc384', certificateIndex: '0x01c00016', algorithm: 'ecc384', policyOnly: false },
};

const CERTIFICATE_CAP = 16_384;
const PUBLIC_AREA_CAP = 1_024;

export const isPolicyOnly = (kind: EndorsementKeyKind): boolean => TEMPLATES[kind].policyOnly;

/** An index that was defined but never written to by the maker. */
const isBlank = (bytes: Uint8Array): boolean =>
  bytes.every((byte) => byte === 0xff) || bytes.every((byte) => byte === 0);

/** Warnings (TPM 2.0 Part 2, 6.6.3: RC_WARN) pass by: busy, retry, locked out. They say nothing about the index. */
const isAnswerOfTheTpm = (responseCode: number | undefined): boolean =>
  responseCode !== undefined && responseCode < 0x1_0000 && (responseCode & 0x980) !== 0x900;

/** Absence is no failure: many TPMs hold no certificate, or one for another kind of key. */
const readCertificate = (
  { run, folder }: TpmSession,
  template: Template,
): TE.TaskEither<AgentError, Uint8Array | undefined> => {
  const file = join(folder, `ek-${template.kind}.der`);
  return pipe(
    run('tpm2_nvread', ['-Q', template.certificateIndex, '-o', file]),
    TE.flatMap(() => readCapped(file, CERTIFICATE_CAP)),
    TE.map((bytes) => (isBlank(bytes) ? undefined : bytes)),
    TE.orElse((error) =>
      error._tag === 'ToolFailed' && isAnswerOfTheTpm(error.responseCode) ? TE.right(undefined) : TE.left(error),
    ),
  );
};

interface Found {
  readonly template: Template;
  readonly certificate: Uint8Array | undefined;
}

const firstCertified = (
  session: TpmSession,
  [template, ...rest]: ReadonlyArray<Template>,
  otherwise: Found,
): TE.TaskEither<AgentError, Found> => {
  if (template === undefined) return TE.right(otherwise);
  return pipe(
    readCertificate(session, template),
    TE.flatMap((certificate) =>
      certificate === undefined ? firstCertified(session, rest, otherwise) : TE.right({ template, certificate }),
    ),
  );
};

/** Leaves the key's context in `contextFile`. The TPM derives the key anew from its seed: same key every time. */
export const createEndorsementKey = (
  { run, folder }: TpmSession,
  kind: EndorsementKeyKind,
  contextFile: string,
): TE.TaskEither<AgentError, Uint8Array> => {
  const publicFile = join(folder, 'ek.pub');
  return pipe(
    run('tpm2_createek', ['-Q', '-c', contextFile, '-G', TEMPLATES[kind].algorithm, '-u', publicFile]),
    TE.flatMap(() => readCapped(publicFile, PUBLIC_AREA_CAP)),
  );
};

/**
 * The EK that the TPM has a certificate for, RSA first; without any certificate a bare RSA key.
 * With `kind` given, that key, and its certificate only if the TPM holds the one of this kind.
 */
export const readEndorsement = (
  session: TpmSession,
  contextFile: string,
  kind?: EndorsementKeyKind,
): TE.TaskEither<AgentError, Endorsement> => {
  const templates = kind === undefined ? Object.values(TEMPLATES) : [TEMPLATES[kind]];
  return pipe(
    firstCertified(session, templates, { template: TEMPLATES[kind ?? 'rsa2048'], certificate: undefined }),
    TE.flatMap((found) =>
      pipe(
        createEndorsementKey(session, found.template.kind, contextFile),
        TE.map((publicArea) => ({
          kind: found.template.kind,
          certificate: found.certificate,
          publicArea,
        })),
      ),
    ),
  );
};
