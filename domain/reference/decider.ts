import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as RA from 'fp-ts/lib/ReadonlyArray.js';
import type { Permission } from '../access/permissions.js';
import { requirePermission } from '../access/require-permission.js';
import type { Decider } from '../ledger/decider.js';
import type { ReferenceCommand, ReferenceKind, ReferenceRejection } from './commands.js';
import { decideImage } from './decide-image.js';
import { MOST_KEYS_TOGETHER, type ReferenceEvent } from './events.js';
import { evolveReference, noReferenceValues, type ReferenceState, tpmModelKey } from './state.js';

type Decided = E.Either<ReferenceRejection, ReadonlyArray<ReferenceEvent>>;
type Of<T extends ReferenceCommand['type']> = Extract<ReferenceCommand, { readonly type: T }>;

const exists = (kind: ReferenceKind, name: string): Decided => E.left({ _tag: 'AlreadyExists', kind, name });
const unknown = (kind: ReferenceKind, name: string): Decided => E.left({ _tag: 'ReferenceUnknown', kind, name });

/** Under two names, revoking one would leave the other: so a root is trusted under one name only. */
const trustTpmCa = ({ name, chain, subject }: Of<'TrustTpmCa'>, state: ReferenceState): Decided => {
  const twin = [...state.tpmCas].find(([each, held]) => each === name || held[0] === chain[0]);
  return twin === undefined
    ? E.right([{ type: 'TpmCaTrusted', data: { name, chain, subject } }])
    : exists('tpm-ca', twin[0]);
};

const trustKey = (command: Of<'TrustEndorsementKey'>, state: ReferenceState): Decided => {
  const { name, publicKeyDigest, certificate } = command;
  const twin = [...state.endorsementKeys].find(([each, digest]) => each === name || digest === publicKeyDigest);
  return twin === undefined
    ? E.right([{ type: 'EndorsementKeyTrusted', data: { name, publicKeyDigest, certificate } }])
    : exists('endorsement-key', twin[0]);
};

/** Nobody who lists ten thousand keys means the one that was revoked among them. */
const trustKeys = ({ keys }: Of<'TrustEndorsementKeys'>, state: ReferenceState): Decided => {
  const names = new Set(state.endorsementKeys.keys());
  const digests = new Set(state.endorsementKeys.values());
  const fresh = keys.filter(({ name, publicKeyDigest }) => {
    if (names.has(name) || digests.has(publicKeyDigest) || state.revokedEndorsementKeys.has(publicKeyDigest))
      return false;
    names.add(name);
    digests.add(publicKeyDigest);
    return true;
  });
  const together = RA.chunksOf(MOST_KEYS_TOGETHER)(
    fresh.map(({ name, publicKeyDigest, certificate }) => ({ name, publicKeyDigest, certificate })),
  );
  return E.right(together.map((each) => ({ type: 'EndorsementKeysTrusted', data: { keys: each } })));
};

const revokeKey = ({ name, publicKeyDigest, reason }: Of<'RevokeEndorsementKey'>, state: ReferenceState): Decided => {
  const listed = state.endorsementKeys.get(name);
  const digest = listed ?? publicKeyDigest;
  if (digest === undefined) return unknown('endorsement-key', name);
  if (publicKeyDigest !== undefined && publicKeyDigest !== digest) return exists('endorsement-key', name);
  const twin = [...state.endorsementKeys].find(([each, held]) => each !== name && held === digest);
  if (twin !== undefined) return exists('endorsement-key', twin[0]);
  return state.revokedEndorsementKeys.has(digest)
    ? E.right([])
    : E.right([{ type: 'EndorsementKeyRevoked', data: { name, publicKeyDigest: digest, reason } }]);
};

/** Looked up again, a model takes the place of what was listed: there is no moment at which it is not on the list. */
const listModel = (command: Of<'ListTpmModel'>, state: ReferenceState): Decided => {
  const { manufacturer, model, firmwareVersions, biosVersions, asOf } = command;
  const held = state.tpmModels.get(tpmModelKey(manufacturer, model));
  return held !== undefined && held.asOf >= asOf
    ? exists('tpm-model', `${manufacturer} ${model}`)
    : E.right([{ type: 'TpmModelListed', data: { manufacturer, model, firmwareVersions, biosVersions, asOf } }]);
};

const changePolicy = (command: Of<'ChangeAttestationPolicy'>, state: ReferenceState): Decided => {
  const { policy, expectedRevision } = command;
  if (expectedRevision !== undefined && expectedRevision !== state.policyRevision) {
    return E.left({ _tag: 'PolicyChangedMeanwhile', expected: expectedRevision, actual: state.policyRevision });
  }
  const old = state.policyRevision === -1 ? null : state.policy;
  return E.right([{ type: 'AttestationPolicyChanged', data: { old, new: policy } }]);
};

const decideByType = (command: ReferenceCommand, state: ReferenceState): Decided => {
  switch (command.type) {
    case 'TrustTpmCa':
      return trustTpmCa(command, state);
    case 'RevokeTpmCa': {
      const { name, reason } = command;
      return state.tpmCas.has(name)
        ? E.right([{ type: 'TpmCaRevoked', data: { name, reason } }])
        : unknown('tpm-ca', name);
    }
    case 'TrustEndorsementKey':
      return trustKey(command, state);
    case 'TrustEndorsementKeys':
      return trustKeys(command, state);
    case 'RevokeEndorsementKey':
      return revokeKey(command, state);
    case 'ProposeBaseImage':
    case 'ApproveBaseImage':
    case 'WithdrawBaseImage':
      return decideImage(command, state);
    case 'ListTpmModel':
      return listModel(command, state);
    case 'DelistTpmModel': {
      const { manufacturer, model, reason } = command;
      return state.tpmModels.has(tpmModelKey(manufacturer, model))
        ? E.right([{ type: 'TpmModelDelisted', data: { manufacturer, model, reason } }])
        : unknown('tpm-model', `${manufacturer} ${model}`);
    }
    case 'ChangeAttestationPolicy':
      return changePolicy(command, state);
  }
};

const NEEDS: Readonly<Record<ReferenceCommand['type'], Permission>> = {
  TrustTpmCa: 'ConfigureHostCertificates',
  RevokeTpmCa: 'ConfigureHostCertificates',
  TrustEndorsementKey: 'ConfigureHostCertificates',
  TrustEndorsementKeys: 'ConfigureHostCertificates',
  RevokeEndorsementKey: 'ConfigureHostCertificates',
  ListTpmModel: 'ConfigureHostCertificates',
  DelistTpmModel: 'ConfigureHostCertificates',
  ProposeBaseImage: 'ConfigureHostMetadata',
  ApproveBaseImage: 'ConfigureHostMetadata',
  WithdrawBaseImage: 'ConfigureHostMetadata',
  ChangeAttestationPolicy: 'ConfigureAttestationPolicy',
};

/** Reference values of a group: everything that says what is good is changed here. */
export const referenceDecider: Decider<ReferenceState, ReferenceCommand, ReferenceEvent, ReferenceRejection> = {
  initial: noReferenceValues,
  decide: (command, state) =>
    pipe(
      requirePermission(command.by, NEEDS[command.type]),
      E.flatMap(() => decideByType(command, state)),
    ),
  evolve: evolveReference,
};
