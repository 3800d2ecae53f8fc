import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { AuthorityDeps } from '../authority-deps.js';
import type { Certificate, StoreError } from '../ports.js';
import { isForClients, isGivenBy } from './client-certificate.js';
import type { AccessState, BoundCertificate } from './state.js';

const MOST_NAMED = 64;

const isOf =
  (deps: AuthorityDeps, leaf: Certificate) =>
  ({ certificate }: BoundCertificate): TE.TaskEither<StoreError, boolean> => {
    if (certificate.by === 'key') return TE.right(certificate.spkiSha256 === leaf.spkiSha256);
    if (certificate.name !== leaf.subject) return TE.right(false);
    return pipe(
      deps.evidence.get(certificate.ca),
      TE.map((der) =>
        pipe(
          deps.certificates.parse(der ?? new Uint8Array()),
          E.match(
            () => false,
            (ca) => isGivenBy(deps.certificates, leaf, ca, deps.clock.now()),
          ),
        ),
      ),
    );
  };

/**
 * Whose certificate this is, for one whose key was shown to be held. Undefined: nobody's, or more than one operator's, since then
 * it says of nobody who they are.
 */
export const operatorOfCertificate =
  (deps: AuthorityDeps) =>
  ({ certificates }: AccessState, der: Uint8Array): TE.TaskEither<StoreError, string | undefined> => {
    const leaf = deps.certificates.parse(der);
    if (E.isLeft(leaf) || !isForClients(leaf.right, deps.clock.now())) return TE.right(undefined);
    const { spkiSha256, subject } = leaf.right;
    const candidates = [...certificates.values()].filter(({ certificate }) =>
      certificate.by === 'key' ? certificate.spkiSha256 === spkiSha256 : certificate.name === subject,
    );
    return pipe(
      candidates.slice(0, MOST_NAMED),
      TE.traverseSeqArray((each) =>
        pipe(
          isOf(deps, leaf.right)(each),
          TE.map((is) => (is ? each.subject : undefined)),
        ),
      ),
      TE.map((found) => {
        const owners = new Set(found.filter((each) => each !== undefined));
        return owners.size === 1 ? [...owners][0] : undefined;
      }),
    );
  };
