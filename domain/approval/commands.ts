import type { SamePerson } from '../access/commands.js';
import type { Permission } from '../access/permissions.js';
import type { PermissionRequired } from '../access/require-permission.js';
import type { Actor } from '../ledger/envelope.js';

export type ApprovalCommand = { readonly by: Actor } & (
  | {
      readonly type: 'RequestApproval';
      readonly id: string;
      readonly operation: string;
      /** That an approver takes. */
      readonly permission: Permission;
      /** It is about oneself, so that asking for it takes no permission. */
      readonly own: boolean;
      readonly digest: string;
      readonly summary: string;
      readonly now: string;
      readonly lifetimeSeconds: number;
    }
  | {
      readonly type: 'GiveApproval';
      readonly id: string;
      /** Of the request that the approver read. */
      readonly digest: string;
      readonly now: string;
      /** By subject, who counts as whom. */
      readonly persons: ReadonlyMap<string, string>;
    }
  | { readonly type: 'RejectApproval'; readonly id: string; readonly reason: string; readonly now: string }
  | { readonly type: 'UseApproval'; readonly id: string }
  | {
      readonly type: 'BreakGlass';
      readonly id: string;
      readonly operation: string;
      readonly permission: Permission;
      readonly digest: string;
      readonly summary: string;
      readonly reason: string;
      readonly now: string;
      /** Whom the approval policy names for it. */
      readonly named: ReadonlyArray<string>;
    }
  | {
      readonly type: 'ReviewBreakGlass';
      readonly id: string;
      readonly finding: string;
      readonly persons: ReadonlyMap<string, string>;
    }
);

export type BreakGlassRejection =
  /** The approval policy does not name them: two people did not say that this one may. */
  | { readonly _tag: 'BreakGlassNotGranted'; readonly subject: string }
  | { readonly _tag: 'BreakGlassUnknown'; readonly id: string }
  | { readonly _tag: 'TooMuchUnreviewed'; readonly most: number };

export type ApprovalRejection =
  | PermissionRequired
  | SamePerson
  /** There is none, it expired, was rejected, or was used. */
  | { readonly _tag: 'ApprovalUnknown'; readonly id: string }
  | { readonly _tag: 'ApprovalDiffers'; readonly id: string }
  | { readonly _tag: 'TooManyWaiting'; readonly most: number }
  | BreakGlassRejection;
