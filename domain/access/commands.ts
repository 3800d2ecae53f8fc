import type { Actor } from '../ledger/envelope.js';
import type { OperatorRole } from './events.js';
import type { PermissionRequired } from './require-permission.js';

export type AccessCommand =
  | { readonly type: 'GrantOperator'; readonly by: Actor; readonly subject: string; readonly role: OperatorRole }
  | { readonly type: 'WithdrawOperator'; readonly by: Actor; readonly subject: string; readonly reason: string };

export type AccessRejection =
  | PermissionRequired
  /** One subject, one role: whoever could hold both could approve what they may not. */
  | { readonly _tag: 'OperatorExists'; readonly subject: string; readonly role: OperatorRole }
  | { readonly _tag: 'OperatorUnknown'; readonly subject: string }
  /** Without one, nobody could ever change anything again. */
  | { readonly _tag: 'LastTrustAdministrator'; readonly subject: string };
