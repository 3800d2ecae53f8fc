import type { Reason } from '../../domain/appraisal/result.js';
import type { WorkflowError } from './api-error.js';
import type { Problem } from './problem.js';
import { problem } from './request-problems.js';

type Table = {
  readonly [Tag in WorkflowError['_tag']]: (error: Extract<WorkflowError, { readonly _tag: Tag }>) => Problem;
};

const conflict = (tag: string, title: string, detail: string): Problem => problem(409, tag, title, detail);
const unfit = (tag: string, title: string, detail: string): Problem => problem(422, tag, title, detail);
const unknown = (tag: string, title: string, detail: string): Problem => problem(404, tag, title, detail);
const forbidden = (tag: string, title: string, detail: string): Problem => problem(403, tag, title, detail);

const broken = (detail: string): Problem => problem(500, 'Unexpected', 'Unexpected failure', detail);

/** Reasons with what they are about; texts in them are escaped where they are made. */
const codesOf = (reasons: ReadonlyArray<Reason>): string =>
  reasons
    .map(({ code, subject, actual }) => [code, subject, actual].filter((part) => part !== undefined).join(' '))
    .join('; ');

/** A refusal to process: nothing was written. */
export const WORKFLOW_PROBLEMS: Table = {
  HostInNoCluster: () =>
    conflict('HostInNoCluster', 'In no cluster', 'The host is in no cluster, so there is nothing that it shall apply.'),
  HostAlreadyEnrolled: () => conflict('HostAlreadyEnrolled', 'Host exists', 'A host of this id is enrolled already.'),
  HostNotEnrolled: () => unknown('HostNotEnrolled', 'No such host', 'No host of this id is enrolled.'),
  HostRetired: () => conflict('HostRetired', 'Host retired', 'This host was retired; its history is closed.'),
  HostAlreadyQuarantined: () =>
    conflict('HostAlreadyQuarantined', 'Quarantined already', 'This host is in quarantine.'),
  HostNotQuarantined: () => conflict('HostNotQuarantined', 'Not in quarantine', 'This host is not in quarantine.'),
  AttestationKeyNotCertified: () =>
    conflict('AttestationKeyNotCertified', 'No certified AK', 'Certify an attestation key for this host first.'),
  AttestationKeyReplaced: () =>
    conflict(
      'AttestationKeyReplaced',
      'Another AK is certified',
      'This attestation key is not the one certified for the host.',
    ),
  EndorsementKeyChanged: ({ expected, actual }) =>
    forbidden(
      'EndorsementKeyChanged',
      'Another TPM',
      `The host's endorsement key is ${expected}, this one is ${actual}; a trust administrator has to replace it first.`,
    ),
  EndorsementKeyUnchanged: () =>
    conflict('EndorsementKeyUnchanged', 'Nothing to replace', 'This is the endorsement key of the host already.'),
  EndorsementKeyTaken: () =>
    conflict('EndorsementKeyTaken', 'Endorsement key taken', 'This endorsement key belongs to another host.'),

  ChallengeForged: () =>
    forbidden(
      'ChallengeForged',
      'Not our challenge',
      'This nonce was not issued by this authority for this host and AK.',
    ),
  ChallengeExpired: ({ expired }) =>
    conflict('ChallengeExpired', 'Challenge expired', `It could be answered until ${expired}.`),
  ChallengeUsed: () => conflict('ChallengeUsed', 'Challenge used', 'A challenge counts once; ask for a new one.'),
  ActivationExpired: ({ expired }) =>
    conflict('ActivationExpired', 'Activation expired', `It could be answered until ${expired}.`),
  ActivationUsed: () => conflict('ActivationUsed', 'Activation used', 'An activation counts once; ask for a new one.'),
  EvidenceNotHostsOwn: ({ reasons }) =>
    forbidden(
      'EvidenceNotHostsOwn',
      "Not the host's own evidence",
      `Not signed by the certified AK over our challenge: ${codesOf(reasons)}.`,
    ),
  ReleaseNotOpen: () => broken('A release was answered twice.'),
  HostChangedMeanwhile: () =>
    conflict(
      'Conflict',
      'Changed meanwhile',
      'The host changed while its evidence was judged; send the same request again.',
    ),

  AuthorityAlreadyFounded: () =>
    conflict('AuthorityAlreadyFounded', 'Founded already', 'An authority is founded once.'),
  AuthorityNotFounded: () => unknown('AuthorityNotFounded', 'Not founded', 'This ledger has no authority.'),
  SigningKeyAlreadyKnown: ({ kid }) =>
    conflict('SigningKeyAlreadyKnown', 'Key known', `Key ${kid} was introduced before; a key comes into use once.`),
  SigningKeyNotInUse: ({ kid }) => conflict('SigningKeyNotInUse', 'Key not in use', `Key ${kid} is not in use.`),
  SigningKeyUnknown: ({ kid }) => unknown('SigningKeyUnknown', 'No such key', `There is no key ${kid}.`),
  KeyPurposeMismatch: ({ kid, purpose }) =>
    conflict('KeyPurposeMismatch', 'Key of another purpose', `Key ${kid} is a key for: ${purpose}.`),
  LastSigningKey: ({ kid, purpose }) =>
    conflict(
      'LastSigningKey',
      'The last key of its purpose',
      `Without ${kid} nothing could be signed for: ${purpose}. Rotate it instead.`,
    ),
  KeyStillSigning: ({ kid }) =>
    conflict(
      'KeyStillSigning',
      'Key signs here',
      `This authority signs with ${kid}; another key has to take over first.`,
    ),
  KeysNotTakenUp: ({ detail }) =>
    problem(
      503,
      'KeysNotTakenUp',
      'Keys not taken up',
      `The change is recorded, and this process could not take it up: ${detail}. Start it again, then go on.`,
    ),
  KeyChangeUnfit: ({ rule }) => unfit('KeyChangeUnfit', 'Not a change for this authority', `The change ${rule}.`),
  KeyChangeOutdated: () =>
    conflict(
      'KeyChangeOutdated',
      'Made for an earlier state',
      'The keys changed since the request was made; make a new one and sign it.',
    ),
  KeyChangeInvalid: ({ fault }) =>
    forbidden('KeyChangeInvalid', 'Not signed by this authority', `${fault._tag}: the authority key in use must sign.`),
  KeyNotVouchedFor: ({ kid }) =>
    forbidden(
      'KeyNotVouchedFor',
      'Nobody vouches for the key',
      `What the change says about key ${kid} is not signed by it.`,
    ),

  CertificateUnreadable: ({ rule }) =>
    unfit('CertificateUnreadable', 'Certificate unreadable', `The certificate ${rule}.`),
  CertificateNotOfCa: ({ subject }) =>
    unfit('CertificateNotOfCa', "Not a CA's certificate", `"${subject}" is the certificate of no CA.`),
  ImageUnfit: ({ rule }) => unfit('ImageUnfit', 'Image can not be kept', `The image ${rule}.`),
  AttestationKeyUnfit: ({ reasons }) => unfit('AttestationKeyUnfit', 'Attestation key not fit', codesOf(reasons)),
  EndorsementKeyNotTrusted: ({ reasons }) =>
    forbidden('EndorsementKeyNotTrusted', 'Endorsement key not trusted', codesOf(reasons)),
  ActivationForged: () =>
    forbidden(
      'ActivationForged',
      'Not our activation',
      'The secret or the activation is not what this authority gave.',
    ),
  WrappingKeyUnfit: ({ rule }) => unfit('WrappingKeyUnfit', 'Wrapping key not fit', `wrappingKey ${rule}.`),
  EndorsementKeyUnfit: () =>
    unfit('EndorsementKeyUnfit', 'Endorsement key not fit', 'ekPublic is no key that a credential can be made for.'),
  EndorsementKeyInvalid: () =>
    unfit('EndorsementKeyInvalid', 'Endorsement key invalid', 'ekPublic holds numbers that make no key.'),
  ObjectNameInvalid: () => broken('The AK has no name.'),
  SecretSizeInvalid: () => broken('The secret is too large for the key.'),
  SeedSizeInvalid: () => broken('The seed has another size than the key needs.'),
  ParseError: ({ field, offset, rule }) =>
    problem(
      400,
      'InvalidStructure',
      'A TPM structure breaks its rule',
      `${field} ${rule} (offset ${String(offset)}).`,
      {
        faults: [{ field, rule }],
      },
    ),
  EvidenceUnstorable: ({ rule }) => unfit('EvidenceUnstorable', 'Evidence can not be kept', `The evidence ${rule}.`),

  AlreadyExists: ({ kind, name }) => conflict('AlreadyExists', 'Exists already', `There is a ${kind} ${name} already.`),
  ReferenceUnknown: ({ kind, name }) => unknown('ReferenceUnknown', 'Unknown', `There is no ${kind} ${name}.`),
  SameOperator: ({ version }) =>
    forbidden(
      'SameOperator',
      'Another operator must approve',
      `You proposed ${version}; somebody else has to approve it.`,
    ),
  NoOpenProposal: ({ version, status }) => conflict('NoOpenProposal', 'Nothing to approve', `${version} is ${status}.`),
  DigestMismatch: ({ version, expected, actual }) =>
    conflict(
      'DigestMismatch',
      'Not what you looked at',
      `${version} is now ${actual}, not ${expected}; review it again.`,
    ),
  PolicyChangedMeanwhile: ({ actual }) =>
    problem(
      412,
      'PreconditionFailed',
      'Changed by somebody else',
      `The policy is at revision ${String(actual)}; read it again first.`,
    ),
};
