import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Evidence } from '../appraisal/evidence.js';
import { blobsOf, decodeManifest, type EvidenceManifest, manifestToEvidence } from '../appraisal/evidence-manifest.js';
import { fromUtf8 } from '../encoding/bytes.js';
import type { StoreError } from '../ports.js';
import { type DocumentFault, type Documents, loadBlob } from '../reference/load-reference-values.js';
import type { Difference, EvidencePart } from './difference.js';

export interface LoadedEvidence {
  readonly manifest: EvidenceManifest;
  readonly evidence: Evidence;
}

/** What is gone or spoilt is a finding; a store that can't be reached is none. */
export type LoadEvidenceFault = Difference | Extract<StoreError, { readonly _tag: 'StoreUnavailable' }>;

export const asDifference = (what: EvidencePart, sha256: string, fault: DocumentFault): LoadEvidenceFault => {
  switch (fault._tag) {
    case 'StoreUnavailable':
      return fault;
    case 'DocumentMissing':
      return { _tag: 'EvidenceMissing', what, sha256: fault.digest };
    case 'DocumentUnreadable':
      return { _tag: 'EvidenceDamaged', what, sha256: fault.digest, rule: fault.rule };
    case 'StoreDamaged':
    case 'StoreRefused':
      return { _tag: 'EvidenceDamaged', what, sha256, rule: fault.rule };
    case 'Conflict':
      return { _tag: 'EvidenceDamaged', what, sha256, rule: 'must be readable' };
  }
};

const parseManifest = (sha256: string, bytes: Uint8Array): E.Either<Difference, EvidenceManifest> => {
  const damaged = (rule: string): Difference => ({ _tag: 'EvidenceDamaged', what: 'manifest', sha256, rule });
  return pipe(
    E.tryCatch(
      () => JSON.parse(fromUtf8(bytes) ?? '') as unknown,
      () => damaged('must be JSON'),
    ),
    E.flatMap((document) =>
      pipe(
        decodeManifest(document),
        E.mapLeft(({ faults: [fault] }) => damaged(fault === undefined ? 'malformed' : `${fault.field} ${fault.rule}`)),
      ),
    ),
  );
};

/** The manifest that an event names; read once and not kept in memory. */
export const loadManifest = (deps: Documents, sha256: string): TE.TaskEither<LoadEvidenceFault, EvidenceManifest> =>
  pipe(
    deps.evidence.get(sha256),
    TE.mapLeft((fault) => asDifference('manifest', sha256, fault)),
    TE.flatMapEither(
      (bytes): E.Either<LoadEvidenceFault, EvidenceManifest> =>
        bytes === undefined
          ? E.left({ _tag: 'EvidenceMissing', what: 'manifest', sha256 })
          : parseManifest(sha256, bytes),
    ),
  );

/** The evidence exactly as it was judged. */
export const loadEvidence = (deps: Documents, sha256: string): TE.TaskEither<LoadEvidenceFault, LoadedEvidence> =>
  pipe(
    loadManifest(deps, sha256),
    TE.flatMap((manifest) =>
      pipe(
        blobsOf(manifest),
        TE.traverseArray((digest) =>
          pipe(
            loadBlob(deps, digest),
            TE.bimap(
              (fault) => asDifference('evidence', digest, fault),
              (bytes) => [digest, bytes] as const,
            ),
          ),
        ),
        TE.flatMapEither(
          (pairs): E.Either<LoadEvidenceFault, LoadedEvidence> =>
            pipe(
              manifestToEvidence(manifest, new Map(pairs)),
              E.bimap(
                ({ sha256: missing }) => ({ _tag: 'EvidenceMissing', what: 'evidence', sha256: missing }),
                (evidence) => ({ manifest, evidence }),
              ),
            ),
        ),
      ),
    ),
  );
