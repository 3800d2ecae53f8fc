import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { AppraisalEngines } from '../appraisal/appraiser.js';
import { printable } from '../appraisal/reason-codes.js';
import type { Certificate } from '../ports.js';

export type CertificateUnfit =
  | { readonly _tag: 'CertificateUnreadable'; readonly rule: string }
  | { readonly _tag: 'CertificateNotOfCa'; readonly subject: string };

type Chain = readonly [Certificate, ...ReadonlyArray<Certificate>];

type Engine = Pick<AppraisalEngines, 'certificates'>['certificates'];

/** The self-issued certificate if there is one, else the first in the file; below each what it signed. */
const rootFirst = (engine: Engine, certificates: ReadonlyArray<Certificate>): Chain | undefined => {
  const root = certificates.find(({ selfIssued }) => selfIssued) ?? certificates[0];
  if (root === undefined) return undefined;
  const chain: [Certificate, ...Array<Certificate>] = [root];
  for (const issuer of chain) {
    for (const each of certificates) {
      const signed = !chain.includes(each) && each.issuer === issuer.subject && engine.isSignedBy(each, issuer, true);
      if (signed) chain.push(each);
    }
  }
  return chain;
};

const whole = (engine: Engine, certificates: ReadonlyArray<Certificate>): E.Either<CertificateUnfit, Chain> => {
  const leaf = certificates.find(({ basicConstraints }) => basicConstraints?.ca !== true);
  if (leaf !== undefined) return E.left({ _tag: 'CertificateNotOfCa', subject: printable(leaf.subject) });
  const chain = rootFirst(engine, certificates);
  if (chain === undefined) return E.left({ _tag: 'CertificateUnreadable', rule: 'holds no certificate' });
  const stray = certificates.find((each) => !chain.includes(each));
  return stray === undefined
    ? E.right(chain)
    : E.left({
        _tag: 'CertificateUnreadable',
        rule: `is no one chain: ${printable(stray.subject, 256)} does not lead to ${printable(chain[0].subject, 256)}`,
      });
};

/** The chain that a PEM text holds: one CA, with what leads up to it. */
export const caChainOf = (
  { certificates: engine }: Pick<AppraisalEngines, 'certificates'>,
  pem: string,
): E.Either<CertificateUnfit, Chain> =>
  pipe(
    engine.parsePem(pem),
    E.mapLeft((rule): CertificateUnfit => ({ _tag: 'CertificateUnreadable', rule })),
    E.flatMap((certificates) => whole(engine, certificates)),
  );
