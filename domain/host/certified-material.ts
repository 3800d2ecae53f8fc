import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Evidence } from '../appraisal/evidence.js';
import { type DocumentFault, type Documents, loadBlob } from '../reference/load-reference-values.js';
import type { CertifiedKey } from './state.js';

export type CertifiedMaterial = Pick<Evidence, 'akPublic' | 'ekPublic' | 'ekCertificate' | 'intermediates'>;

/** Key areas and certificates of a host, as they were when its AK was certified. */
export const certifiedMaterial = (
  deps: Documents,
  key: CertifiedKey,
): TE.TaskEither<DocumentFault, CertifiedMaterial> =>
  pipe(
    [key.akPublic, key.ekPublic, ...(key.ekCertificate === null ? [] : [key.ekCertificate]), ...key.intermediates],
    TE.traverseArray((digest) =>
      pipe(
        loadBlob(deps, digest),
        TE.map((bytes) => [digest, bytes] as const),
      ),
    ),
    TE.map((pairs) => {
      const blobs = new Map(pairs);
      const blob = (digest: string): Uint8Array => blobs.get(digest) ?? new Uint8Array();
      return {
        akPublic: blob(key.akPublic),
        ekPublic: blob(key.ekPublic),
        ekCertificate: key.ekCertificate === null ? undefined : blob(key.ekCertificate),
        intermediates: key.intermediates.map(blob),
      };
    }),
  );
