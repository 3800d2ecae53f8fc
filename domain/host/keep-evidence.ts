import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Claims } from '../appraisal/appraiser.js';
import { claimsDocument } from '../appraisal/claims-document.js';
import type { Evidence } from '../appraisal/evidence.js';
import { evidenceToManifest } from '../appraisal/evidence-manifest.js';
import { utf8 } from '../encoding/bytes.js';
import type { Json } from '../encoding/json.js';
import type { Canonicalize, EvidenceStore, StoreError } from '../ports.js';

export interface EvidenceUnstorable {
  readonly _tag: 'EvidenceUnstorable';
  readonly rule: string;
}

export interface EvidenceKeeper {
  readonly evidence: EvidenceStore;
  readonly canonicalize: Canonicalize;
}

const putDocument = (keeper: EvidenceKeeper, document: Json): TE.TaskEither<StoreError | EvidenceUnstorable, string> =>
  pipe(
    keeper.canonicalize(document),
    E.mapLeft((rule): EvidenceUnstorable => ({ _tag: 'EvidenceUnstorable', rule })),
    TE.fromEither,
    TE.flatMap((text) => keeper.evidence.put(utf8(text))),
  );

/**
 * Puts evidence where it can be found again, and answers with the manifest's digest. The host's certificates are held since
 * its AK was certified; their digests come from there.
 */
export const keepEvidence = (
  keeper: EvidenceKeeper,
  evidence: Evidence,
  held: { readonly ekCertificate: string | undefined; readonly intermediates: ReadonlyArray<string> },
): TE.TaskEither<StoreError | EvidenceUnstorable, string> =>
  pipe(
    keeper.evidence.put(evidence.bootLog),
    TE.flatMap((bootLog) => putDocument(keeper, evidenceToManifest(evidence, { ...held, bootLog }))),
  );

/** Without the clock, which is in the verdict, so that one boot's claims are one document however often it is quoted. */
export const keepClaims = (
  keeper: EvidenceKeeper,
  claims: Claims,
): TE.TaskEither<StoreError | EvidenceUnstorable, string> =>
  putDocument(keeper, claimsDocument({ ...claims, clock: undefined }));
