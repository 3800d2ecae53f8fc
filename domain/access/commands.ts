import type { Actor } from '../ledger/envelope.js';
import type { OperatorRole } from './events.js';
import type { PermissionRequired } from './require-permission.js';
import type { ApprovalPolicy } from './state.js';

export type AccessCommand = { readonly by: Actor } & (
  | {
      readonly type: 'GrantOperator';
      readonly subject: string;
      readonly role: OperatorRole;
      /** Whose name it is; undefined: somebody who has no other name here. */
      readonly person: string | undefined;
      /** The second person who approved it, if one did. */
      readonly vouchedBy: string | undefined;
    }
  | { readonly type: 'ConfirmOperator'; readonly subject: string }
  | { readonly type: 'WithdrawOperator'; readonly subject: string; readonly reason: string }
  | ({ readonly type: 'ChangeApprovalPolicy' } & ApprovalPolicy)
);

/** The same person may not be both of two. */
export interface SamePerson {
  readonly _tag: 'SamePerson';
  readonly what: string;
}

export type AccessRejection =
  | PermissionRequired
  | SamePerson
  /** One subject, one role: whoever could hold both could approve what they may not. */
  | { readonly _tag: 'OperatorExists'; readonly subject: string; readonly role: OperatorRole }
  | { readonly _tag: 'OperatorUnknown'; readonly subject: string }
  /** Without one, nobody could ever change anything again. */
  | { readonly _tag: 'LastTrustAdministrator'; readonly subject: string };
