import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { AppraisalEngines } from '../appraisal/appraiser.js';
import { printable } from '../appraisal/reason-codes.js';
import type { Certificate } from '../ports.js';

export type CertificateUnfit =
  | { readonly _tag: 'CertificateUnreadable'; readonly rule: string }
  | { readonly _tag: 'CertificateNotOfCa'; readonly subject: string };

type Chain = readonly [Certificate, ...ReadonlyArray<Certificate>];

/** Root first: the self-issued certificate if there is one, else the first in the file. */
const rootFirst = (certificates: ReadonlyArray<Certificate>): Chain | undefined => {
  const root = certificates.find(({ selfIssued }) => selfIssued) ?? certificates[0];
  return root === undefined ? undefined : [root, ...certificates.filter((each) => each !== root)];
};

/** The chain that a PEM text holds. */
export const caChainOf = (
  { certificates: engine }: Pick<AppraisalEngines, 'certificates'>,
  pem: string,
): E.Either<CertificateUnfit, Chain> =>
  pipe(
    engine.parsePem(pem),
    E.flatMap((certificates) => E.fromNullable('holds no certificate')(rootFirst(certificates))),
    E.mapLeft((rule): CertificateUnfit => ({ _tag: 'CertificateUnreadable', rule })),
    E.flatMap((chain) => {
      const leaf = chain.find(({ basicConstraints }) => basicConstraints?.ca !== true);
      return leaf === undefined
        ? E.right(chain)
        : E.left<CertificateUnfit>({ _tag: 'CertificateNotOfCa', subject: printable(leaf.subject) });
    }),
  );
