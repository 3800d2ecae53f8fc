import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { sameProof } from '../../../domain/access/account.js';
import { TokenIssuer } from '../../../domain/access/token-issuer.js';
import { decode } from '../../../domain/encoding/explain.js';
import { nodeCertificates } from '../../crypto/node/certificates.js';
import { tokenIssuerSettings } from '../../http/routes/token-issuers.js';
import { segment } from '../send-command.js';
import { type Change, differenceText, type Listed, type PlanOptions, planList, type Step } from './change.js';
import type { PresentSite } from './present-site.js';
import type { ResolvedSite } from './resolve-site.js';
import type { SitePrincipal, SiteTokenIssuer } from './site-issuers.js';

type Issuer = PresentSite['tokenIssuers'][number];
type Principal = PresentSite['principals'][number];

/** Of the row that there is: what was trusted, without what happened to it. */
export const issuerSettings = (row: Issuer): Readonly<Record<keyof TokenIssuer, unknown>> => {
  const { name, issuer, audience, keysUrl, algorithms, subjectClaim, personClaim, skewSeconds, roles } = row;
  return { name, issuer, audience, keysUrl, algorithms, subjectClaim, personClaim, skewSeconds, roles };
};

const ISSUERS = '/v1/token-issuers';
const PRINCIPALS = '/v1/principals';

const settingsOf = ({ name, ...given }: SiteTokenIssuer): TokenIssuer => tokenIssuerSettings(name, given);

const trustIssuer = (wanted: SiteTokenIssuer): ReadonlyArray<Step> => {
  const { name, ...body } = settingsOf(wanted);
  return [{ call: { operation: 'trustTokenIssuer', method: 'PUT', path: `${ISSUERS}/${segment(name)}`, body } }];
};

const CONFIRM = 'counts no second person until another one confirms it';

/** Whose accounts are bound to operators has to be said anew when tokens say in another way who somebody is. */
const endsBindings = (wanted: SiteTokenIssuer, present: Issuer): boolean => {
  const before = decode(TokenIssuer)(issuerSettings(present));
  return E.isRight(before) && !sameProof(settingsOf(wanted), before.right);
};

const issuers: Listed<SiteTokenIssuer, Issuer> = {
  kind: 'token-issuer',
  nameOf: ({ name }) => name,
  presentName: ({ name }) => name,
  isGone: ({ removed }) => removed !== null,
  add: trustIssuer,
  addDetail: ({ issuer }) => `${issuer}, ${CONFIRM}`,
  differs: (wanted, present) => {
    const detail = differenceText(settingsOf(wanted), present);
    if (detail === undefined) return undefined;
    return [detail, CONFIRM, ...(endsBindings(wanted, present) ? ['accounts bound with it are released'] : [])].join(
      '; ',
    );
  },
  change: trustIssuer,
  take: ({ name }, reason) => ({
    call: { operation: 'removeTokenIssuer', method: 'DELETE', path: `${ISSUERS}/${segment(name)}`, body: { reason } },
  }),
};

/** What is there as the file says, but makes nobody a second person yet. */
const waiting = (change: Change, issuer: Issuer | undefined): Change =>
  change.mark === '=' && issuer?.confirmedBy === null
    ? {
        ...change,
        mark: '!',
        detail: `trusted by ${issuer.trusted.by}, ${CONFIRM}: sekisho token-issuer confirm ${issuer.name}`,
      }
    : change;

export const planTokenIssuers = (
  { tokenIssuers: wanted }: ResolvedSite,
  { tokenIssuers: present }: PresentSite,
  options: PlanOptions,
): ReadonlyArray<Change> => {
  const held = new Map(present.map((issuer) => [issuer.name, issuer]));
  return wanted === undefined
    ? []
    : planList(issuers, wanted, present, options).map((change) => waiting(change, held.get(change.name)));
};

/** In their order. None where something is no certificate: the authority says why. */
const digestsOf = ({ chain }: SitePrincipal): ReadonlyArray<string> =>
  pipe(
    nodeCertificates.parsePem(chain),
    E.match(
      () => [],
      (certificates) => certificates.map(({ sha256 }) => sha256),
    ),
  );

const trustPrincipal = ({ name, issuer, holder, chain, tokens = null }: SitePrincipal): Step => {
  const body = { name, issuer, holder, chain, tokens };
  return { call: { operation: 'trustPrincipal', method: 'POST', path: PRINCIPALS, body } };
};

const removePrincipal = ({ name }: Principal, reason: string): Step => ({
  call: { operation: 'removePrincipal', method: 'DELETE', path: `${PRINCIPALS}/${segment(name)}`, body: { reason } },
});

const rotate = ({ name, chain, overlapSeconds = 0 }: SitePrincipal): Step => {
  const path = `${PRINCIPALS}/${segment(name)}/certificates`;
  return {
    call: { operation: 'replacePrincipalCertificates', method: 'PUT', path, body: { chain, overlapSeconds } },
  };
};

/** What can't be changed of one that is known: who it is. */
const otherIdentity = ({ issuer, holder, tokens = null }: SitePrincipal, present: Principal): string | undefined =>
  differenceText({ issuer, holder, tokens }, present);

const rotationText = ({ overlapSeconds = 0 }: SitePrincipal): string =>
  overlapSeconds === 0
    ? 'other certificates, the ones before count no longer'
    : `other certificates, the ones before count for ${String(overlapSeconds)} s more`;

/** New certificates are a change; another issuer or holder is another principal under the same name. */
const principals = ({ prune }: PlanOptions): Listed<SitePrincipal, Principal> => ({
  kind: 'principal',
  nameOf: ({ name }) => name,
  presentName: ({ name }) => name,
  isGone: ({ removed }) => removed !== null,
  add: (wanted) => [trustPrincipal(wanted)],
  addDetail: ({ issuer, holder }) => `${holder.kind} ${holder.name} of ${issuer}`,
  differs: (wanted, present) => {
    const other = otherIdentity(wanted, present);
    if (other !== undefined) return prune === undefined ? `${other}; --prune takes the old one away first` : other;
    return digestsOf(wanted).join() === present.chain.certificates.join() ? undefined : rotationText(wanted);
  },
  change: (wanted, present) => {
    if (otherIdentity(wanted, present) === undefined) return [rotate(wanted)];
    return prune === undefined ? [] : [removePrincipal(present, prune), trustPrincipal(wanted)];
  },
  take: removePrincipal,
});

export const planPrincipals = (
  { principals: wanted }: ResolvedSite,
  { principals: present }: PresentSite,
  options: PlanOptions,
): ReadonlyArray<Change> => (wanted === undefined ? [] : planList(principals(options), wanted, present, options));
