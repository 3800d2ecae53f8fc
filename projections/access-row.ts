import type { ClientCertificate } from '../domain/access/client-certificate.js';
import type { Scope } from '../domain/access/scope.js';
import type { TokenIssuer } from '../domain/access/token-issuer.js';
import type { Act } from './reference-row.js';

/** A token issuer, trusted or removed. */
export interface TokenIssuerRow extends TokenIssuer {
  readonly kind: 'issuer';
  readonly trusted: Act;
  /** The second person who said that it tells people apart. */
  readonly confirmedBy: string | null;
  readonly removed: (Act & { readonly reason: string }) | null;
}

/** Somebody who came with an issuer's token and did something. */
export interface IdentityRow {
  readonly kind: 'identity';
  readonly subject: string;
  readonly issuer: string;
  readonly person: string;
  readonly role: string;
  readonly scope: Scope;
  /** When they were last said to be this person in this role. */
  readonly introduced: Act;
}

/** Client certificates that are an operator's. */
export interface CertificateRow {
  readonly kind: 'certificate';
  readonly id: string;
  readonly subject: string;
  readonly certificate: ClientCertificate;
  readonly bound: Act;
}

/** An account of a token issuer that is an operator's, or whose holder says so. */
export interface AccountRow {
  readonly kind: 'account';
  readonly account: string;
  /** What its tokens say as `iss`. */
  readonly issuer: string;
  /** What the issuer called its holder. */
  readonly person: string;
  readonly subject: string;
  readonly offered: Act;
  /** Null: the operator did not say so yet. */
  readonly bound: Act | null;
}

export type AccessRow = TokenIssuerRow | IdentityRow | CertificateRow | AccountRow;
