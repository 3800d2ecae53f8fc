import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { BaseImage } from '../appraisal/base-image.js';
import type { ReferenceImage, ReferenceValues, TrustedTpmCa } from '../appraisal/reference-values.js';
import type { DocumentMemos } from '../authority-deps.js';
import { fromUtf8 } from '../encoding/bytes.js';
import { decode } from '../encoding/explain.js';
import type { StreamId } from '../ledger/envelope.js';
import type { EvidenceStore, StoreError } from '../ports.js';
import type { ReferenceState } from './state.js';

export type DocumentFault =
  | StoreError
  | { readonly _tag: 'DocumentMissing'; readonly digest: string }
  | { readonly _tag: 'DocumentUnreadable'; readonly digest: string; readonly rule: string };

export interface Documents {
  readonly evidence: Pick<EvidenceStore, 'get'>;
  readonly documents: DocumentMemos;
}

const blob = ({ evidence }: Documents, digest: string): TE.TaskEither<DocumentFault, Uint8Array> =>
  pipe(
    evidence.get(digest),
    TE.flatMap((bytes) =>
      bytes === undefined ? TE.left({ _tag: 'DocumentMissing', digest } as const) : TE.right(bytes),
    ),
  );

/** A small blob that must be there, kept in memory once it was read. */
export const loadBlob = (deps: Documents, digest: string): TE.TaskEither<DocumentFault, Uint8Array> => {
  const held = deps.documents.blobs.get(digest);
  if (held !== undefined) return TE.right(held);
  return pipe(
    blob(deps, digest),
    TE.map((bytes) => {
      deps.documents.blobs.set(digest, bytes);
      return bytes;
    }),
  );
};

const parseImage = (digest: string, bytes: Uint8Array): E.Either<DocumentFault, BaseImage> => {
  const unreadable = (rule: string): DocumentFault => ({ _tag: 'DocumentUnreadable', digest, rule });
  return pipe(
    E.tryCatch(
      () => JSON.parse(fromUtf8(bytes) ?? '') as unknown,
      () => unreadable('must be JSON'),
    ),
    E.flatMap((value) =>
      pipe(
        decode(BaseImage)(value),
        E.mapLeft(({ faults }) => unreadable(faults[0]?.rule ?? 'unknown form')),
      ),
    ),
  );
};

/** The document of a base image, as it was proposed. */
export const loadImage = (deps: Documents, digest: string): TE.TaskEither<DocumentFault, BaseImage> => {
  const held = deps.documents.images.get(digest);
  if (held !== undefined) return TE.right(held);
  return pipe(
    blob(deps, digest),
    TE.flatMapEither((bytes) => parseImage(digest, bytes)),
    TE.map((image) => {
      deps.documents.images.set(digest, image);
      return image;
    }),
  );
};

const images = (
  deps: Documents,
  state: ReferenceState,
): TE.TaskEither<DocumentFault, ReadonlyArray<ReferenceImage>> => {
  const approved = [...state.images.values()]
    .filter(({ status }) => status === 'approved')
    .map(({ digest }) => ({ digest, status: 'approved' as const }));
  const withdrawn = [...state.withdrawnImages.keys()].map((digest) => ({ digest, status: 'withdrawn' as const }));
  return pipe(
    [...approved, ...withdrawn],
    TE.traverseArray((entry) =>
      pipe(
        loadImage(deps, entry.digest),
        TE.map((image) => ({ ...entry, image })),
      ),
    ),
  );
};

const tpmCas = (deps: Documents, state: ReferenceState): TE.TaskEither<DocumentFault, ReadonlyArray<TrustedTpmCa>> =>
  pipe(
    [...state.tpmCas],
    TE.traverseArray(([name, digests]) =>
      pipe(
        digests,
        TE.traverseArray((digest) => loadBlob(deps, digest)),
        TE.map((chain) => ({ name, chain })),
      ),
    ),
  );

/** Reference values with their documents, all from the evidence store: nothing is fetched while appraising. */
const loadReferenceValues =
  (deps: Documents) =>
  (state: ReferenceState): TE.TaskEither<DocumentFault, ReferenceValues> =>
    pipe(
      TE.Do,
      TE.bind('images', () => images(deps, state)),
      TE.bind('tpmCas', () => tpmCas(deps, state)),
      TE.map((documents) => ({
        ...documents,
        endorsementKeys: [...state.endorsementKeys].map(([name, publicKeyDigest]) => ({ name, publicKeyDigest })),
        revokedEndorsementKeys: [...state.revokedEndorsementKeys],
        tpmModels: [...state.tpmModels.values()],
        policy: state.policy,
      })),
    );

/** The values at a revision, assembled once: a revision never means anything else later. */
export const referenceValuesAt =
  (deps: Documents) =>
  (stream: StreamId, revision: number, state: ReferenceState): TE.TaskEither<DocumentFault, ReferenceValues> => {
    const key = `${stream}@${String(revision)}`;
    const held = deps.documents.referenceValues.get(key);
    if (held !== undefined) return TE.right(held);
    return pipe(
      loadReferenceValues(deps)(state),
      TE.map((values) => {
        deps.documents.referenceValues.set(key, values);
        return values;
      }),
    );
  };
