import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { EvidenceManifest } from '../appraisal/evidence-manifest.js';
import { fromUtf8 } from '../encoding/bytes.js';
import type { Json } from '../encoding/json.js';
import type { Recorded } from '../ledger/envelope.js';
import type { LoadFault } from '../ledger/load-stream.js';
import { loadBlob } from '../reference/load-reference-values.js';
import type { Difference } from './difference.js';
import type { VerdictEvent } from './history.js';
import { asDifference, type LoadEvidenceFault, loadManifest } from './load-evidence.js';
import type { ReplayDeps } from './replay-verdict.js';

/** Documents that a verdict names; null where `findings` say why there is none. */
export interface VerdictDocuments {
  readonly claims: Json;
  readonly manifest: EvidenceManifest | null;
  readonly findings: ReadonlyArray<Difference>;
}

interface Found<A> {
  readonly document: A | null;
  readonly findings: ReadonlyArray<Difference>;
}

/** What can't be shown is said, and the rest is shown. */
const orFinding = <A>(load: TE.TaskEither<LoadEvidenceFault, A>): TE.TaskEither<LoadFault, Found<A>> =>
  pipe(
    load,
    TE.map((document): Found<A> => ({ document, findings: [] })),
    TE.orElse(
      (fault): TE.TaskEither<LoadFault, Found<A>> =>
        fault._tag === 'StoreUnavailable' ? TE.left(fault) : TE.right({ document: null, findings: [fault] }),
    ),
  );

const parse = (sha256: string, bytes: Uint8Array): E.Either<LoadEvidenceFault, Json> =>
  E.tryCatch(
    () => JSON.parse(fromUtf8(bytes) ?? '') as Json,
    (): Difference => ({ _tag: 'EvidenceDamaged', what: 'claims', sha256, rule: 'must be JSON' }),
  );

const loadClaims = (deps: ReplayDeps, sha256: string): TE.TaskEither<LoadEvidenceFault, Json> =>
  pipe(
    loadBlob(deps, sha256),
    TE.mapLeft((fault) => asDifference('claims', sha256, fault)),
    TE.flatMapEither((bytes) => parse(sha256, bytes)),
  );

export const verdictDocuments = (
  deps: ReplayDeps,
  { event }: Recorded<VerdictEvent>,
): TE.TaskEither<LoadFault, VerdictDocuments> =>
  pipe(
    TE.Do,
    TE.bind('claims', () => orFinding(loadClaims(deps, event.data.record.claims))),
    TE.bind('manifest', () => orFinding(loadManifest(deps, event.data.record.evidence))),
    TE.map(({ claims, manifest }) => ({
      claims: claims.document,
      manifest: manifest.document,
      findings: [...claims.findings, ...manifest.findings],
    })),
  );
