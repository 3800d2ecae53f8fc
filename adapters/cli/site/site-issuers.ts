import type * as t from 'io-ts';
import { principalFields } from '../../../domain/access/principal.js';
import { IssuerName } from '../../../domain/access/token-issuer.js';
import { closedWith } from '../../../domain/encoding/closed.js';
import { ReplacePrincipalCertificates } from '../../http/codecs/principals.js';
import { TrustTokenIssuer } from '../../http/codecs/token-issuers.js';
import { PemOrFile } from './pem-or-file.js';

const [needed, optional] = TrustTokenIssuer.type.types;

/** Whose tokens let people in, and as what. What is left out is as `token-issuer trust` has it. */
export const SiteTokenIssuer = closedWith({ name: IssuerName, ...needed.props }, optional.props, 'SiteTokenIssuer');
export type SiteTokenIssuer = t.TypeOf<typeof SiteTokenIssuer>;

const { issuer, holder, tokens } = principalFields;
const [, overlap] = ReplacePrincipalCertificates.type.types;

/** `overlapSeconds`: how long, when the file has another chain, the one before counts beside it. */
export const SitePrincipal = closedWith(
  { name: IssuerName, issuer, holder, chain: PemOrFile },
  { tokens, ...overlap.props },
  'SitePrincipal',
);
export type SitePrincipal = t.TypeOf<typeof SitePrincipal>;
