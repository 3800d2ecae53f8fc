import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { AttestationPolicy } from '../appraisal/policy.js';
import type { ReferenceImage, ReferenceValues, TrustedTpmCa } from '../appraisal/reference-values.js';
import type { ReferenceKind, ReferenceRejection } from './commands.js';
import { type DocumentFault, type Documents, loadImage } from './load-reference-values.js';
import type { ReferenceState } from './state.js';

/** A change of the reference values that nobody made: what a rehearsal or a what-if judges by. */
export interface WouldBe {
  readonly policy: AttestationPolicy | undefined;
  /** As if approved, beside what is. */
  readonly images: ReadonlyArray<ReferenceImage>;
  /** Approved images that are not among `images` or `approve` count no more. */
  readonly onlyThese: boolean;
  /** Versions that are only proposed so far, as if approved. */
  readonly approve: ReadonlyArray<string>;
  readonly withdraw: ReadonlyArray<string>;
  readonly tpmCas: ReadonlyArray<TrustedTpmCa>;
  readonly revokeTpmCas: ReadonlyArray<string>;
  /** Digests of keys. */
  readonly revokeEndorsementKeys: ReadonlyArray<string>;
  /** Digests of keys, as if on the list. */
  readonly trustEndorsementKeys: ReadonlyArray<string>;
}

export const NO_CHANGE: WouldBe = {
  policy: undefined,
  images: [],
  onlyThese: false,
  approve: [],
  withdraw: [],
  tpmCas: [],
  revokeTpmCas: [],
  revokeEndorsementKeys: [],
  trustEndorsementKeys: [],
};

const mustKnow = (
  kind: ReferenceKind,
  names: ReadonlyArray<string>,
  isKnown: (name: string) => boolean,
): E.Either<ReferenceRejection, unknown> => {
  const name = names.find((each) => !isKnown(each));
  return name === undefined ? E.right(undefined) : E.left({ _tag: 'ReferenceUnknown', kind, name });
};

/** A name that nothing has is a slip of the pen, and its rehearsal would say that all is well. */
export const knownIn = (
  { images, tpmCas }: ReferenceState,
  { approve, withdraw, revokeTpmCas }: WouldBe,
): E.Either<ReferenceRejection, unknown> =>
  pipe(
    mustKnow('base-image', [...approve, ...withdraw], (version) => images.has(version)),
    E.flatMap(() => mustKnow('tpm-ca', revokeTpmCas, (name) => tpmCas.has(name))),
  );

const proposed = (
  deps: Documents,
  { images }: ReferenceState,
  versions: ReadonlyArray<string>,
): TE.TaskEither<DocumentFault, ReadonlyArray<ReferenceImage>> =>
  pipe(
    versions.flatMap((version) => images.get(version)?.digest ?? []),
    TE.traverseArray((digest) =>
      pipe(
        loadImage(deps, digest),
        TE.map((image): ReferenceImage => ({ image, status: 'approved', digest })),
      ),
    ),
  );

const imagesAfter = (
  change: WouldBe,
  state: ReferenceState,
  now: ReadonlyArray<ReferenceImage>,
  added: ReadonlyArray<ReferenceImage>,
): ReadonlyArray<ReferenceImage> => {
  const digests = new Set(added.map(({ digest }) => digest));
  const withdrawn = new Set(change.withdraw.flatMap((version) => state.images.get(version)?.digest ?? []));
  const kept = now.filter(({ digest, status }) => !digests.has(digest) && !(change.onlyThese && status === 'approved'));
  return [...kept, ...added].map((entry) =>
    withdrawn.has(entry.digest) ? { ...entry, status: 'withdrawn' as const } : entry,
  );
};

const keysAfter = (
  change: WouldBe,
  values: ReferenceValues,
): Pick<ReferenceValues, 'endorsementKeys' | 'revokedEndorsementKeys'> => {
  const revoked = new Set(change.revokeEndorsementKeys);
  const trusted = new Set(change.trustEndorsementKeys);
  const added = change.trustEndorsementKeys.map((publicKeyDigest) => ({ name: publicKeyDigest, publicKeyDigest }));
  return {
    endorsementKeys: [
      ...values.endorsementKeys.filter(
        ({ publicKeyDigest }) => !revoked.has(publicKeyDigest) && !trusted.has(publicKeyDigest),
      ),
      ...added,
    ],
    revokedEndorsementKeys: [
      ...values.revokedEndorsementKeys.filter((digest) => !trusted.has(digest) && !revoked.has(digest)),
      ...revoked,
    ],
  };
};

/** The reference values as they would be; what the change names and is not there changes nothing. */
export const changedValues =
  (deps: Documents) =>
  (change: WouldBe, state: ReferenceState, values: ReferenceValues): TE.TaskEither<DocumentFault, ReferenceValues> =>
    pipe(
      proposed(deps, state, change.approve),
      TE.map((approved) => ({
        ...values,
        ...keysAfter(change, values),
        policy: change.policy ?? values.policy,
        images: imagesAfter(change, state, values.images, [...change.images, ...approved]),
        tpmCas: [...values.tpmCas.filter(({ name }) => !change.revokeTpmCas.includes(name)), ...change.tpmCas],
      })),
    );
