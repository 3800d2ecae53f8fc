import * as t from 'io-ts';
import { PrincipalChain, principalFields } from '../../../domain/access/principal.js';
import { IssuerName } from '../../../domain/access/token-issuer.js';
import { closed, closedWith } from '../../../domain/encoding/closed.js';
import { SafeInt } from '../../../domain/encoding/primitives.js';
import { Pem } from '../../text/pem-text.js';
import { AsOf } from './answers.js';
import { Act, ReasonedAct } from './reads.js';

export const PrincipalPath = closed({ name: IssuerName }, 'PrincipalPath');

const { issuer, holder, tokens } = principalFields;

/** `chain`: the signing certificate first, behind each the CA that signed it. */
export const TrustPrincipal = closedWith(
  { name: IssuerName, issuer, holder, chain: Pem },
  { tokens },
  'TrustPrincipal',
);

const A_MONTH = 31 * 86_400;

export const ReplacePrincipalCertificates = closedWith(
  { chain: Pem },
  { overlapSeconds: t.refinement(SafeInt, (n) => n <= A_MONTH, 'Overlap(0 s to 31 days)') },
  'ReplacePrincipalCertificates',
);

const orNull = <C extends t.Mixed>(codec: C): t.UnionC<[t.NullC, C]> => t.union([t.null, codec]);

const PrincipalView = t.type(
  {
    name: t.string,
    issuer: t.string,
    holder: t.type({ kind: t.string, name: t.string }),
    tokens: orNull(t.type({ audience: t.string, subjectClaim: t.string, groupsClaim: t.string })),
    chain: PrincipalChain,
    previous: orNull(t.type({ chain: PrincipalChain, until: t.string })),
    /** `removed`, else by its certificates: `expired`, or `trusted`. */
    status: t.string,
    trusted: Act,
    replaced: orNull(Act),
    removed: orNull(ReasonedAct),
  },
  'PrincipalView',
);
export type PrincipalView = t.TypeOf<typeof PrincipalView>;

export const PrincipalsAnswer = t.type({ asOf: AsOf, principals: t.readonlyArray(PrincipalView) }, 'PrincipalsAnswer');

/** With its certificates as PEM, in their order: all that another authority needs to know it too. */
export const PrincipalAnswer = t.type({ asOf: AsOf, principal: PrincipalView, chain: t.string }, 'PrincipalAnswer');
