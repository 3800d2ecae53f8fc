import type { Permission } from '../../domain/access/permissions.js';
import type { Scope } from '../../domain/access/scope.js';
import type { FieldFault } from '../../domain/encoding/explain.js';
import type { JsonError } from '../../domain/encoding/json.js';
import type { LoadFault } from '../../domain/ledger/load-stream.js';
import type { AuthenticationFault } from '../access/authenticate.js';

/** What is wrong with a request before any workflow sees it. No value of the request is repeated: it may be a secret. */
export type RequestError =
  | JsonError
  | { readonly _tag: 'DecodeError'; readonly faults: ReadonlyArray<FieldFault> }
  | { readonly _tag: 'BodyMissing' }
  | { readonly _tag: 'BodyNotUtf8' }
  | { readonly _tag: 'BodyTooLarge'; readonly limit: number }
  | { readonly _tag: 'UnsupportedMediaType' }
  | { readonly _tag: 'RequestMalformed'; readonly rule: string }
  | { readonly _tag: 'RouteUnknown' }
  | Exclude<AuthenticationFault, LoadFault>
  /** It would let in for longer than the account does. */
  | { readonly _tag: 'ComeOtherwise'; readonly account: string }
  | { readonly _tag: 'RoleNotAllowed'; readonly role: string; readonly permission: Permission }
  /** `what`: what is not in it; undefined: it is about the whole authority. `field`: where a question names it. */
  | { readonly _tag: 'OutOfScope'; readonly scope: Scope; readonly what: string | undefined; readonly field?: string }
  | { readonly _tag: 'RateLimited'; readonly retryAfterSeconds: number }
  /** The Idempotency-Key belongs to another command. */
  | { readonly _tag: 'CommandIdUsed' }
  | { readonly _tag: 'PreconditionMissing' }
  | { readonly _tag: 'PreconditionFailed'; readonly current: string }
  | { readonly _tag: 'IndexUnknown'; readonly index: number; readonly size: number }
  | { readonly _tag: 'NotInLog'; readonly asked: number; readonly size: number }
  | { readonly _tag: 'SizesReversed' }
  | { readonly _tag: 'LogUnavailable' }
  | { readonly _tag: 'VerdictUnknown'; readonly host: string }
  | { readonly _tag: 'BundleTooLarge'; readonly what: 'entries' | 'blobs' | 'bytes'; readonly most: number }
  | { readonly _tag: 'BlobUnknown'; readonly sha256: string }
  | { readonly _tag: 'KeysLocked' }
  /** A key that every node must have is not here: another node can do what this one can't. */
  | { readonly _tag: 'SharedKeyMissing'; readonly kid: string; readonly purpose: string }
  | { readonly _tag: 'KeysNotHandedOver'; readonly detail: string }
  | { readonly _tag: 'ReadModelBehind'; readonly index: number }
  | { readonly _tag: 'Closing' }
  | { readonly _tag: 'Unexpected' };
