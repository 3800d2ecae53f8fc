import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Claims } from '../appraisal/appraiser.js';
import { claimsDocument } from '../appraisal/claims-document.js';
import type { Evidence } from '../appraisal/evidence.js';
import { evidenceToManifest } from '../appraisal/evidence-manifest.js';
import type { DocumentMemos } from '../authority-deps.js';
import { toHex, utf8 } from '../encoding/bytes.js';
import type { Json } from '../encoding/json.js';
import type { Canonicalize, EvidenceStore, Hashing, StoreError } from '../ports.js';

export interface EvidenceUnstorable {
  readonly _tag: 'EvidenceUnstorable';
  readonly rule: string;
}

export interface EvidenceKeeper {
  readonly evidence: EvidenceStore;
  readonly canonicalize: Canonicalize;
}

export const putDocument = (
  keeper: EvidenceKeeper,
  document: Json,
): TE.TaskEither<StoreError | EvidenceUnstorable, string> =>
  pipe(
    keeper.canonicalize(document),
    E.mapLeft((rule): EvidenceUnstorable => ({ _tag: 'EvidenceUnstorable', rule })),
    TE.fromEither,
    TE.flatMap((text) => keeper.evidence.put(utf8(text))),
  );

/**
 * Puts evidence where it can be found again; `manifest` names all of it. The host's certificates are held since its AK was
 * certified; their digests come from there.
 */
export const keepEvidence = (
  keeper: EvidenceKeeper,
  evidence: Evidence,
  held: { readonly ekCertificate: string | undefined; readonly intermediates: ReadonlyArray<string> },
): TE.TaskEither<StoreError | EvidenceUnstorable, { readonly manifest: string; readonly bootLog: string }> =>
  pipe(
    TE.Do,
    TE.bind('bootLog', () => keeper.evidence.put(evidence.bootLog)),
    TE.bindW('manifest', ({ bootLog }) => putDocument(keeper, evidenceToManifest(evidence, { ...held, bootLog }))),
  );

/** Without the clock, which is in the verdict, so that one boot's claims are one document however often it is quoted. */
const documentOf = (
  keeper: Pick<EvidenceKeeper, 'canonicalize'>,
  claims: Claims,
): E.Either<EvidenceUnstorable, Uint8Array> =>
  pipe(
    keeper.canonicalize(claimsDocument({ ...claims, clock: undefined })),
    E.bimap((rule): EvidenceUnstorable => ({ _tag: 'EvidenceUnstorable', rule }), utf8),
  );

/** What a claims document is made from: the same log, read the same way, of the same keys. */
const sourceOf = (use: string, claims: Claims, appraiser: number, bootLog: string): string => {
  const { akName, endorsementKey, tpm, bank, quotedPcrs, boot } = claims;
  return JSON.stringify([
    use,
    appraiser,
    boot === undefined ? null : bootLog,
    akName,
    endorsementKey,
    tpm,
    bank,
    quotedPcrs,
  ]);
};

/** `bootLog` is the digest of the log that the claims were read from. */
export const keepClaims = (
  keeper: EvidenceKeeper & { readonly documents: DocumentMemos },
  claims: Claims,
  appraiser: number,
  bootLog: string,
): TE.TaskEither<StoreError | EvidenceUnstorable, string> => {
  const source = sourceOf('kept', claims, appraiser, bootLog);
  const kept = keeper.documents.claims.get(source);
  if (kept !== undefined) return TE.right(kept);
  return pipe(
    TE.fromEither(documentOf(keeper, claims)),
    TE.flatMap((document) => keeper.evidence.put(document)),
    TE.map((digest) => {
      keeper.documents.claims.set(source, digest);
      return digest;
    }),
  );
};

/** The digest that `keepClaims` answers with, without keeping anything. */
export const claimsDigest = (
  keeper: {
    readonly canonicalize: Canonicalize;
    readonly documents: DocumentMemos;
    readonly hashing: Hashing;
  },
  claims: Claims,
  appraiser: number,
  bootLog: string,
): E.Either<EvidenceUnstorable, string> => {
  const source = sourceOf('computed', claims, appraiser, bootLog);
  const known = keeper.documents.claims.get(source);
  if (known !== undefined) return E.right(known);
  return pipe(
    documentOf(keeper, claims),
    E.map((document) => {
      const digest = toHex(keeper.hashing.hash('sha256', document));
      keeper.documents.claims.set(source, digest);
      return digest;
    }),
  );
};
