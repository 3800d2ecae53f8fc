import type { Actor } from '../ledger/envelope.js';
import type { ClientCertificate } from './client-certificate.js';
import type { Identity } from './identity.js';
import type { OperatorRole } from './operator-role.js';
import type { OwnToken } from './own-token.js';
import type { Principal, PrincipalChain } from './principal.js';
import type { PermissionRequired } from './require-permission.js';
import type { Scope } from './scope.js';
import type { ApprovalPolicy } from './state.js';
import type { TokenIssuer } from './token-issuer.js';
import type { ScopeTooWide } from './within-own-scope.js';

export type AccessCommand = { readonly by: Actor } & (
  | {
      readonly type: 'GrantOperator';
      readonly subject: string;
      readonly role: OperatorRole;
      /** Whose name it is; undefined: somebody who has no other name here. */
      readonly person: string | undefined;
      /** What the role is limited to. */
      readonly scope: Scope;
      /** The second person who approved it, if one did. */
      readonly vouchedBy: string | undefined;
      /** What opens the role from now on; undefined: nothing of ours yet. */
      readonly token?: OwnToken | undefined;
    }
  | { readonly type: 'ConfirmOperator'; readonly subject: string }
  | { readonly type: 'WithdrawOperator'; readonly subject: string; readonly reason: string }
  | {
      readonly type: 'IssueToken';
      readonly subject: string;
      readonly token: OwnToken;
      /** Who approved that the name is given away. */
      readonly vouchedBy: string | undefined;
    }
  | { readonly type: 'RevokeTokens'; readonly subject: string; readonly reason: string }
  | {
      readonly type: 'TakeOverTokens';
      readonly tokens: ReadonlyArray<{
        readonly subject: string;
        readonly role: OperatorRole;
        readonly sha256: string;
      }>;
    }
  | ({ readonly type: 'ChangeApprovalPolicy'; readonly vouchedBy: string | undefined } & ApprovalPolicy)
  | {
      readonly type: 'TrustTokenIssuer';
      readonly settings: TokenIssuer;
      readonly vouchedBy: string | undefined;
    }
  | { readonly type: 'ConfirmTokenIssuer'; readonly name: string }
  | { readonly type: 'RemoveTokenIssuer'; readonly name: string; readonly reason: string }
  | {
      readonly type: 'BindCertificate';
      readonly id: string;
      readonly subject: string;
      readonly certificate: ClientCertificate;
    }
  | { readonly type: 'ReleaseCertificate'; readonly id: string; readonly reason: string }
  /** By the account itself, whose token was just checked. */
  | { readonly type: 'OfferAccount'; readonly subject: string; readonly now: string }
  | { readonly type: 'BindAccount'; readonly account: string; readonly subject: string; readonly now: string }
  | { readonly type: 'ReleaseAccount'; readonly account: string; readonly reason: string }
  | ({ readonly type: 'TrustPrincipal' } & Omit<Principal, 'previous'>)
  | {
      readonly type: 'ReplacePrincipalCertificates';
      readonly name: string;
      readonly chain: PrincipalChain;
      /** How long what it had counts beside the new ones. */
      readonly overlapSeconds: number;
      readonly now: string;
    }
  | { readonly type: 'RemovePrincipal'; readonly name: string; readonly reason: string }
  /** By the identity itself, whose token was just checked. */
  | { readonly type: 'IntroduceIdentity'; readonly identity: Identity }
);

/** The same person may not be both of two. */
export interface SamePerson {
  readonly _tag: 'SamePerson';
  readonly what: string;
}

export type AccessRejection =
  | PermissionRequired
  | SamePerson
  | ScopeTooWide
  /** One alone can't say who may do alone what needs two. */
  | { readonly _tag: 'SecondPersonNeeded'; readonly what: string }
  /** One subject, one role: whoever could hold both could approve what they may not. */
  | { readonly _tag: 'OperatorExists'; readonly subject: string; readonly role: OperatorRole }
  | { readonly _tag: 'OperatorUnknown'; readonly subject: string }
  /** A name with a colon is of a token issuer. */
  | { readonly _tag: 'NameReserved'; readonly name: string }
  /** What lets people in under a name is for its owner to say. */
  | { readonly _tag: 'NotYourName'; readonly subject: string }
  | { readonly _tag: 'CertificateTaken'; readonly subject: string }
  | { readonly _tag: 'TokenTaken' }
  | { readonly _tag: 'CertificateUnknown'; readonly id: string }
  | { readonly _tag: 'TooManyCertificates'; readonly most: number }
  /** Who speaks did not come with an account that is nobody's yet. */
  | { readonly _tag: 'NotAnAccount'; readonly subject: string }
  /** Its holder did not say that they are this operator, or too long ago. */
  | { readonly _tag: 'AccountNotOffered'; readonly account: string; readonly subject: string }
  /** It, or another one of the same person of the issuer, is an operator's already. */
  | { readonly _tag: 'AccountTaken'; readonly account: string; readonly subject: string }
  | { readonly _tag: 'AccountUnknown'; readonly account: string }
  | { readonly _tag: 'TooManyAccounts'; readonly most: number }
  | { readonly _tag: 'PrincipalExists'; readonly name: string }
  | { readonly _tag: 'PrincipalUnknown'; readonly name: string }
  | { readonly _tag: 'TooManyPrincipals'; readonly most: number }
  | { readonly _tag: 'TokenIssuerUnknown'; readonly name: string }
  /** One person alone trusted it. */
  | { readonly _tag: 'TokenIssuerUnconfirmed'; readonly name: string }
  /** Two issuers of one `iss` could not be told apart. */
  | { readonly _tag: 'TokenIssuerTwice'; readonly name: string }
  | { readonly _tag: 'TooManyTokenIssuers'; readonly most: number }
  /** Without one, nobody could ever change anything again. */
  | { readonly _tag: 'LastTrustAdministrator'; readonly subject: string };
