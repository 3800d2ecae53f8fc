import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { BaseImage } from '../../domain/appraisal/base-image.js';
import { AttestationPolicy, DEFAULT_POLICY } from '../../domain/appraisal/policy.js';
import type { ReferenceImage, ReferenceValues, TrustedTpmCa } from '../../domain/appraisal/reference-values.js';
import { toHex, utf8 } from '../../domain/encoding/bytes.js';
import type { Certificate } from '../../domain/ports.js';
import { canonicalize } from '../crypto/canonicalize.js';
import { nodeCertificates } from '../crypto/node/certificates.js';
import { nodeHashing } from '../crypto/node/hashing.js';
import {
  type EvidenceFileError,
  type ReadEvidenceFile,
  readEvidenceFile,
} from '../evidence-file/read-evidence-file.js';
import { badInput, type CliFailure } from './failure.js';
import { faultsOf, readDocument, readText } from './input.js';

const evidenceFailure =
  (file: string) =>
  (error: EvidenceFileError): CliFailure => {
    switch (error._tag) {
      case 'EvidenceFileTooLarge':
        return badInput('FileTooLarge', `${file} is too large: at most ${String(error.limit)} bytes`);
      case 'JsonError':
        return badInput('MalformedJson', `${file}: ${error.rule} (character ${String(error.at)})`);
      case 'DecodeError':
        return faultsOf(file)(error);
    }
  };

export const readEvidence = (file: string): TE.TaskEither<CliFailure, ReadEvidenceFile> =>
  pipe(
    readText(file),
    TE.flatMapEither((text) => pipe(readEvidenceFile(text), E.mapLeft(evidenceFailure(file)))),
  );

/** One trusted CA for each root in the files, with all intermediates behind it; without a root, the chain as it is. */
const casOf = (name: string, certificates: ReadonlyArray<Certificate>): ReadonlyArray<TrustedTpmCa> => {
  const roots = certificates.filter(({ selfIssued }) => selfIssued);
  const others = certificates.filter(({ selfIssued }) => !selfIssued).map(({ der }) => der);
  if (roots.length === 0) return certificates.length === 0 ? [] : [{ name, chain: others }];
  return roots.map(({ der }, i) => ({ name: i === 0 ? name : `${name} ${String(i + 1)}`, chain: [der, ...others] }));
};

const parsePems = (name: string, pems: ReadonlyArray<string>): E.Either<CliFailure, ReadonlyArray<TrustedTpmCa>> =>
  pipe(
    pems,
    E.traverseArray((pem) => nodeCertificates.parsePem(pem)),
    E.bimap(
      (rule) => badInput('CertificateUnreadable', `${name}: ${rule}`),
      (certificates) => casOf(name, certificates.flat()),
    ),
  );

/** The CAs of --ca, else those that the evidence brought along: who sent it chose them, which has to be said. */
const tpmCas = (
  ca: string | undefined,
  evidence: ReadEvidenceFile,
): TE.TaskEither<CliFailure, ReadonlyArray<TrustedTpmCa>> =>
  ca === undefined
    ? TE.fromEither(parsePems('ekIssuers of the evidence', evidence.ekIssuersPem))
    : pipe(
        readText(ca),
        TE.flatMapEither((pem) => parsePems(ca, [pem])),
      );

export const imageDigest = (image: BaseImage): E.Either<string, string> =>
  pipe(
    canonicalize(image as Parameters<typeof canonicalize>[0]),
    E.map((text) => toHex(nodeHashing.hash('sha256', utf8(text)))),
  );

const images = (file: string | undefined): TE.TaskEither<CliFailure, ReadonlyArray<ReferenceImage>> =>
  file === undefined
    ? TE.right([])
    : pipe(
        readDocument(file, BaseImage),
        TE.flatMapEither((image) =>
          pipe(
            imageDigest(image),
            E.bimap(
              (rule) => badInput('ImageUnfit', `${file}: ${rule}`),
              (digest) => [{ image, digest, status: 'approved' as const }],
            ),
          ),
        ),
      );

export interface AppraiseOptions {
  readonly image?: string;
  readonly policy?: string;
  readonly ca?: string;
  readonly at?: string;
  readonly endorsementKey?: ReadonlyArray<string>;
  readonly json: boolean;
}

export const policyOf = (file: string | undefined): TE.TaskEither<CliFailure, AttestationPolicy> =>
  file === undefined ? TE.right(DEFAULT_POLICY) : readDocument(file, AttestationPolicy);

/** What is good, for one appraisal without an authority. */
export const offlineReference = (
  options: AppraiseOptions,
  evidence: ReadEvidenceFile,
): TE.TaskEither<CliFailure, ReferenceValues> =>
  pipe(
    TE.Do,
    TE.bind('tpmCas', () => tpmCas(options.ca, evidence)),
    TE.bind('images', () => images(options.image)),
    TE.bind('policy', () => policyOf(options.policy)),
    TE.map((read) => ({
      ...read,
      endorsementKeys: (options.endorsementKey ?? []).map((publicKeyDigest) => ({
        name: '--endorsement-key',
        publicKeyDigest,
      })),
      revokedEndorsementKeys: [],
      tpmModels: [],
    })),
  );

const DAY_OR_INSTANT = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2}))?$/;

/** The time that counts: --at, else now. */
export const instantOf = (at: string | undefined, now: () => Date): E.Either<CliFailure, string> => {
  if (at === undefined) return E.right(now().toISOString());
  const millis = DAY_OR_INSTANT.test(at) ? Date.parse(at) : Number.NaN;
  return Number.isNaN(millis)
    ? E.left(badInput('InstantInvalid', `"${at}" must be an instant such as 2026-01-31T12:00:00Z`))
    : E.right(new Date(millis).toISOString());
};
