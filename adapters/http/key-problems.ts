import type { PermissionRequired } from '../../domain/access/require-permission.js';
import type { Reason } from '../../domain/appraisal/result.js';
import type { KeyError } from './api-error.js';
import type { Problem } from './problem.js';
import { problem } from './request-problems.js';

type Table = {
  readonly [Tag in Exclude<KeyError, PermissionRequired>['_tag']]: (
    error: Extract<KeyError, { readonly _tag: Tag }>,
  ) => Problem;
};

const conflict = (tag: string, title: string, detail: string): Problem => problem(409, tag, title, detail);
const unfit = (tag: string, title: string, detail: string): Problem => problem(422, tag, title, detail);
const unknown = (tag: string, title: string, detail: string): Problem => problem(404, tag, title, detail);
/** A key server, not the caller, is at fault. */
const upstream = (tag: string, title: string, detail: string): Problem => problem(502, tag, title, detail);

const codesOf = (reasons: ReadonlyArray<Reason>): string => reasons.map(({ code }) => code).join(', ');

const refused = (tag: string, title: string, reasons: ReadonlyArray<Reason>): Problem => {
  const onlyRate = reasons.length > 0 && reasons.every(({ code }) => code === 'RateExceeded');
  return problem(onlyRate ? 429 : 403, tag, title, `Reasons: ${codesOf(reasons)}.`, {
    reasons,
    ...(onlyRate ? { retryAfterSeconds: 1 } : {}),
  });
};

export const KEY_PROBLEMS: Table = {
  TokenForged: () =>
    problem(
      403,
      'TokenForged',
      'Not our token',
      'Send "Authorization: Bearer <token>" with a token of an attestation.',
    ),
  TokensRefused: ({ reasons }) => refused('TokensRefused', 'No tokens for this host now', reasons),
  KeyNotReleased: ({ reasons }) => refused('KeyNotReleased', 'The key is not released', reasons),
  SealingImpossible: () =>
    unfit('SealingImpossible', 'Nothing to seal to', 'There is no public key that the answer could be sealed to.'),

  KeyServerUnreachable: ({ server }) =>
    problem(503, 'KeyServerUnreachable', 'Key server not reachable', `${server} does not answer.`, {
      retryAfterSeconds: 5,
    }),
  KeyServerNotTrusted: ({ server, rule }) =>
    upstream('KeyServerNotTrusted', 'Key server not trusted', `${server}: ${rule}.`),
  KeyServerTrustsUsNot: ({ server }) =>
    upstream(
      'KeyServerTrustsUsNot',
      'Key server does not trust us',
      `${server} does not accept our certificate or credential.`,
    ),
  KeyServerRefused: ({ server, operation, reason }) =>
    upstream('KeyServerRefused', 'Key server refused', `${server} refused ${operation}: ${reason}.`),
  KeyServerMisbehaved: ({ server, rule }) =>
    upstream('KeyServerMisbehaved', 'Key server misbehaved', `The answer of ${server} ${rule}.`),
  PrimaryKeyUnknown: ({ primaryKeyId }) =>
    conflict('PrimaryKeyUnknown', 'No such primary key', `The provider has no primary key ${primaryKeyId}.`),
  PrimaryKeyUnusable: ({ primaryKeyId, rule }) =>
    conflict('PrimaryKeyUnusable', 'Primary key not usable', `The primary key ${primaryKeyId} ${rule}.`),
  CiphertextInvalid: ({ rule }) => unfit('CiphertextInvalid', 'Ciphertext not valid', `The ciphertext ${rule}.`),

  VaultUnavailable: ({ rule }) => problem(503, 'VaultUnavailable', 'Vault not available', `The vault ${rule}.`),
  SecretMissing: () =>
    problem(
      503,
      'SecretMissing',
      'A secret is not on this node',
      "This node's vault lacks a secret that the ledger names: bring it from the node that has it, or restore vault.json.",
    ),

  ProviderExists: () => conflict('ProviderExists', 'Provider exists', 'A key provider of this name exists already.'),
  ProviderRemoved: () =>
    conflict('ProviderRemoved', 'Provider removed', 'This key provider was removed; its name is not used again.'),
  ProviderUnknown: () => unknown('ProviderUnknown', 'No such provider', 'No key provider of this name exists.'),
  ProviderSettingsUnfit: ({ field, rule }) =>
    problem(400, 'ProviderSettingsUnfit', 'A setting breaks its rule', `${field} ${rule}.`, {
      faults: [{ field, rule }],
    }),
  KeyServerExists: ({ name }) =>
    conflict('KeyServerExists', 'Key server exists', `${name} has this name or address already.`),
  KeyServerUnknown: ({ name }) => unknown('KeyServerUnknown', 'No such key server', `There is no key server ${name}.`),
  LastKeyServer: ({ name }) =>
    conflict(
      'LastKeyServer',
      'The last key server',
      `Without ${name} nothing could be unwrapped; add another one first.`,
    ),
  PrimaryKeyUnchanged: ({ primaryKey }) =>
    conflict('PrimaryKeyUnchanged', 'Nothing to change', `${primaryKey} is the primary key already.`),
  PrimaryKeyInUse: ({ primaryKey, keys, isCurrent }) =>
    conflict(
      'PrimaryKeyInUse',
      'Primary key in use',
      isCurrent
        ? `${primaryKey} is the provider's primary key: change it first, or force it.`
        : `${String(keys)} ${keys === 1 ? 'key depends' : 'keys depend'} on ${primaryKey} alone: wrap anew, revoke, or force it.`,
    ),
  NotOfThisKind: ({ kind }) =>
    conflict(
      'NotOfThisKind',
      'Not for this kind of provider',
      `A ${kind} provider has no key servers, certificates or credential.`,
    ),
  ClientKeyUnknown: () =>
    unfit(
      'ClientKeyUnknown',
      'Certificate of another key',
      'It is of no key that this provider has; send its private key as well.',
    ),

  KeyExists: () => conflict('KeyExists', 'Key exists', 'A key of this id is known already.'),
  KeyUnknown: () => unknown('KeyUnknown', 'No such key', 'No key of this id is known.'),
  KeyAlreadyRevoked: () => conflict('KeyAlreadyRevoked', 'Revoked already', 'This key was revoked.'),
};
