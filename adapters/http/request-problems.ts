import type { Permission } from '../../domain/access/permissions.js';
import { rolesWith } from '../../domain/access/roles.js';
import { scopeText } from '../../domain/access/scope.js';
import { faultsText } from '../text/faults-text.js';
import type { Problem } from './problem.js';
import type { RequestError } from './request-error.js';

type Table = {
  readonly [Tag in RequestError['_tag']]: (error: Extract<RequestError, { readonly _tag: Tag }>) => Problem;
};

/** `code` is made of the tag, so that no two errors can share one by accident. */
export const problem = (
  status: number,
  tag: string,
  title: string,
  detail: string,
  more: Partial<Pick<Problem, 'faults' | 'reasons' | 'retryAfterSeconds'>> = {},
): Problem => ({ status, code: tag, title, detail, ...more });

/** The surface and the deciders ask the same thing, so they refuse in the same words. */
export const roleNotAllowed = (role: string, permission: Permission): Problem =>
  problem(
    403,
    'RoleNotAllowed',
    'Role not allowed',
    `A ${role} may not do this; it takes the permission ${permission}, which a ${rolesWith(permission).join(' or a ')} has.`,
  );

export const REQUEST_PROBLEMS: Table = {
  JsonError: ({ at, rule }) =>
    problem(400, 'MalformedJson', 'Malformed JSON', `The body ${rule} (character ${String(at)}).`, {
      faults: [{ field: '(document)', rule: `${rule} (character ${String(at)})` }],
    }),
  DecodeError: ({ faults }) =>
    problem(400, 'InvalidField', 'A field breaks its rule', faultsText(faults), {
      faults,
    }),
  BodyMissing: () => problem(400, 'BodyMissing', 'Body missing', 'This request needs a JSON body.'),
  BodyNotUtf8: () => problem(400, 'BodyNotUtf8', 'Body is not UTF-8', 'The body must be JSON in UTF-8.'),
  BodyTooLarge: ({ limit }) =>
    problem(413, 'BodyTooLarge', 'Body too large', `The body may have at most ${String(limit)} bytes.`),
  UnsupportedMediaType: () =>
    problem(415, 'UnsupportedMediaType', 'Unsupported media type', 'Send the body as application/json.'),
  RequestMalformed: ({ rule }) => problem(400, 'RequestMalformed', 'Malformed request', `The request ${rule}.`),
  RouteUnknown: () => problem(404, 'RouteUnknown', 'No such route', 'See /v1/openapi.json for what there is.'),
  Unauthenticated: () =>
    problem(
      401,
      'Unauthenticated',
      'Not authenticated',
      'Send "Authorization: Bearer <token>" with a token that is valid.',
    ),
  TokenRefused: ({ rule }) => problem(401, 'TokenRefused', 'Token refused', `The token ${rule}.`),
  TokenIssuerUnreachable: ({ name }) =>
    problem(
      503,
      'TokenIssuerUnreachable',
      'Token issuer out of reach',
      `The keys of token issuer ${name} can not be had, so its tokens can not be checked.`,
      { retryAfterSeconds: 5 },
    ),
  ClaimUnfit: ({ claim }) =>
    problem(401, 'ClaimUnfit', 'Claim missing', `The token has no claim ${claim} of 1 to 95 visible ASCII characters.`),
  NoRoleMapped: ({ issuer }) =>
    problem(
      403,
      'NoRoleMapped',
      'No role',
      `Nothing that token issuer ${issuer} says of you gives you a role here: it takes a rule that names a group of yours (sekisho token-issuer list shows them).`,
    ),
  AccountOfAnother: ({ account }) =>
    problem(
      403,
      'AccountOfAnother',
      "Another person's account by now",
      `${account} was bound to an operator when its issuer called its holder somebody else. Have it released (sekisho account release); then it can be bound again.`,
    ),
  ComeOtherwise: ({ account }) =>
    problem(
      403,
      'ComeOtherwise',
      'Not by an account',
      `You came with ${account}. What lets you in for longer than your issuer does takes your own token or certificate.`,
    ),
  RoleNotAllowed: ({ role, permission }) => roleNotAllowed(role, permission),
  OutOfScope: ({ scope, what, field }) =>
    problem(
      403,
      'OutOfScope',
      'Not in your scope',
      `Your role is limited to ${scopeText(scope)}: ${what === undefined ? 'this is about the whole authority' : `${what} is not in it`}.`,
      field === undefined ? {} : { faults: [{ field, rule: 'must name what is in your scope' }] },
    ),
  RateLimited: ({ retryAfterSeconds }) =>
    problem(429, 'RateLimited', 'Too many requests', `Try again in ${String(retryAfterSeconds)} s.`, {
      retryAfterSeconds,
    }),
  CommandIdUsed: () =>
    problem(
      409,
      'CommandIdUsed',
      'Key of another command',
      'This Idempotency-Key was used for another command; send this one with a new key.',
    ),
  PreconditionMissing: () =>
    problem(428, 'PreconditionMissing', 'If-Match missing', 'Send If-Match with the ETag of the version you changed.'),
  PreconditionFailed: ({ current }) =>
    problem(
      412,
      'PreconditionFailed',
      'Changed by somebody else',
      `The current ETag is ${current}; read it again first.`,
    ),
  IndexUnknown: ({ index, size }) =>
    problem(
      404,
      'IndexUnknown',
      'No such entry',
      `There is no entry ${String(index)}; the ledger holds ${String(size)}.`,
    ),
  NotInLog: ({ asked, size }) =>
    problem(
      404,
      'NotInLog',
      'Not in the published log',
      `${String(asked)} is beyond the published checkpoint, which covers ${String(size)} entries.`,
    ),
  SizesReversed: () =>
    problem(400, 'SizesReversed', 'Sizes in the wrong order', 'from must be a size, at most as large as to.'),
  LogUnavailable: () =>
    problem(
      503,
      'LogUnavailable',
      'Log not available',
      'The tiles of the log can not be read; the same request may be sent again.',
      {
        retryAfterSeconds: 5,
      },
    ),
  VerdictUnknown: ({ host }) =>
    problem(404, 'VerdictUnknown', 'No such verdict', `There is no verdict on ${host} at this revision.`),
  BundleTooLarge: ({ what, most }) =>
    problem(
      422,
      'BundleTooLarge',
      'Too much for one file',
      `A bundle holds at most ${String(most)} ${what}; ask for a shorter period, or leave the evidence out.`,
    ),
  BlobUnknown: ({ sha256 }) => problem(404, 'BlobUnknown', 'No such evidence', `Nothing is kept under ${sha256}.`),
  KeysLocked: () =>
    problem(
      503,
      'KeysLocked',
      'Opened for reading only',
      'Without the passphrase nothing can be signed, so nothing can change.',
    ),
  ReadModelBehind: ({ index }) =>
    problem(
      503,
      'ReadModelBehind',
      'Not yet readable',
      `Recorded, but the read models are behind index ${String(index)}.`,
      {
        retryAfterSeconds: 1,
      },
    ),
  SharedKeyMissing: ({ kid, purpose }) =>
    problem(
      503,
      'SharedKeyMissing',
      'A key is missing here',
      `This node lacks ${purpose} key ${kid}, and signs nothing with an older one. It takes the key up when a node that has it serves.`,
      { retryAfterSeconds: 5 },
    ),
  KeysNotHandedOver: ({ detail }) =>
    problem(503, 'KeysNotHandedOver', 'Keys not handed over', `Other nodes could not be told: ${detail}.`, {
      retryAfterSeconds: 1,
    }),
  Closing: () => problem(503, 'Closing', 'Shutting down', 'The authority is shutting down.', { retryAfterSeconds: 5 }),
  Unexpected: () => problem(500, 'Unexpected', 'Unexpected failure', 'The log has more under this request id.'),
};
