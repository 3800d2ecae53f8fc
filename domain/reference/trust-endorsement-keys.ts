import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { requirePermission } from '../access/require-permission.js';
import type { AuthorityDeps, Request } from '../authority-deps.js';
import type { Executed, ExecuteFault } from '../ledger/execute.js';
import type { StoreError } from '../ports.js';
import type { ReferenceRejection } from './commands.js';
import type { ReferenceEvent } from './events.js';
import { executeReference } from './reference-stream.js';
import type { ReferenceState } from './state.js';
import { endorsementKeyOf, keepCertificate, type OfferedKey } from './trust-endorsement-key.js';

export interface OfferedEntry {
  readonly name: string;
  readonly key: OfferedKey;
}

/**
 * What became of one of many: `listed` now, `known` before under whatever name, `revoked` before and so not listed again, its
 * name `taken` by another key, or `unreadable`.
 */
export type EntryOutcome = 'listed' | 'known' | 'revoked' | 'taken' | 'unreadable';

export interface ImportedEntry {
  readonly name: string;
  readonly outcome: EntryOutcome;
  /** Null if it could not be read. */
  readonly publicKeyDigest: string | null;
  /** Why it could not be read. */
  readonly rule: string | null;
}

export interface ImportedKeys {
  readonly executed: Executed<ReferenceState, ReferenceEvent>;
  readonly entries: ReadonlyArray<ImportedEntry>;
}

interface Read {
  readonly name: string;
  readonly digest: string | null;
  readonly certificate: string | null;
  readonly rule: string | null;
}

/** One that can't be read doesn't keep the others out. */
const read =
  (deps: AuthorityDeps) =>
  ({ name, key }: OfferedEntry): TE.TaskEither<StoreError, Read> => {
    const known = endorsementKeyOf(deps, key);
    if (E.isLeft(known)) {
      const rule = known.left._tag === 'CertificateUnreadable' ? known.left.rule : 'is no endorsement key';
      return TE.right({ name, digest: null, certificate: null, rule });
    }
    return pipe(
      keepCertificate(deps, known.right.certificate),
      TE.map((certificate) => ({ name, digest: known.right.digest, certificate, rule: null })),
    );
  };

const outcomeOf = (
  { events, state }: Executed<ReferenceState, ReferenceEvent>,
  listed: ReadonlySet<string>,
  { name, digest }: Read,
): EntryOutcome => {
  if (digest === null) return 'unreadable';
  if (events.length > 0 && listed.has(`${digest} ${name}`)) return 'listed';
  if (state.revokedEndorsementKeys.has(digest)) return 'revoked';
  return state.endorsementKeys.get(name) === digest ? 'known' : 'taken';
};

const report = (executed: Executed<ReferenceState, ReferenceEvent>, entries: ReadonlyArray<Read>): ImportedKeys => {
  const keys = executed.events.flatMap(({ event }) => (event.type === 'EndorsementKeysTrusted' ? event.data.keys : []));
  const listed = new Set(keys.map(({ name, publicKeyDigest }) => `${publicKeyDigest} ${name}`));
  const digests = new Set(executed.state.endorsementKeys.values());
  return {
    executed,
    entries: entries.map((entry) => {
      const outcome = outcomeOf(executed, listed, entry);
      const elsewhere = outcome === 'taken' && entry.digest !== null && digests.has(entry.digest);
      const { name, digest, rule } = entry;
      return { name, outcome: elsewhere ? 'known' : outcome, publicKeyDigest: digest, rule };
    }),
  };
};

/** Puts many endorsement keys on the list, all in one decision, and says of each what became of it. */
export const trustEndorsementKeys =
  (deps: AuthorityDeps) =>
  (
    input: Request & { readonly entries: ReadonlyArray<OfferedEntry> },
  ): TE.TaskEither<ReferenceRejection | ExecuteFault, ImportedKeys> =>
    pipe(
      TE.fromEither(requirePermission(input.by, 'ConfigureHostCertificates')),
      TE.flatMap(() => pipe(input.entries, TE.traverseArray(read(deps)))),
      TE.flatMap((entries) =>
        pipe(
          executeReference(deps)(input, {
            type: 'TrustEndorsementKeys',
            by: input.by,
            keys: entries.flatMap(({ name, digest, certificate }) =>
              digest === null ? [] : [{ name, publicKeyDigest: digest, certificate }],
            ),
          }),
          TE.map((executed) => report(executed, entries)),
        ),
      ),
    );
