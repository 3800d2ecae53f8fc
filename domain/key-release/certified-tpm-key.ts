import * as E from 'fp-ts/lib/Either.js';
import type { AppraisalEngines } from '../appraisal/appraiser.js';
import { equalBytes, utf8 } from '../encoding/bytes.js';
import type { Hashing, PublicKey } from '../ports.js';
import { parseAttest } from '../tpm/attest.js';
import { nameOf } from '../tpm/name.js';
import { attributeFaults, strengthFaults } from '../tpm/object-attributes.js';
import { pcrPolicyDigest } from '../tpm/pcr-policy.js';
import { parsePublic, type TpmPublic } from '../tpm/public-area.js';
import { parseSignature, verifyQuoteSignature } from '../tpm/signature.js';
import { pcrValuesOfBoot } from './boot-pcrs.js';

/** A decryption key of the host's TPM, and the AK's word for it (TPM2_Certify or TPM2_CertifyCreation). */
export interface CertifiedTpmKey {
  /** TPM2B_PUBLIC. */
  readonly publicArea: Uint8Array;
  /** TPMS_ATTEST of a certification, or of a creation: the tools can put qualifying data into the latter only. */
  readonly attest: Uint8Array;
  /** TPMT_SIGNATURE. */
  readonly signature: Uint8Array;
  /** Registers of PCR 0-7 that the key is usable with only while they are as they were quoted. */
  readonly boundTo: { readonly bank: 'sha256' | 'sha384' | 'sha512'; readonly pcrs: ReadonlyArray<number> } | undefined;
}

export interface Certifying {
  readonly key: CertifiedTpmKey;
  /** TPM2B_PUBLIC of the AK that is certified for the host. */
  readonly akPublic: Uint8Array;
  /** What the certification must carry: it is of this verdict, and no older one. */
  readonly qualifyingData: Uint8Array;
  /** As the current verdict's quote had them, by "bank:pcr". */
  readonly bootPcrs: Readonly<Record<string, string>>;
}

export type TpmKeyFault =
  | 'PublicAreaMalformed'
  | 'CertificationMalformed'
  | 'NotACertification'
  | 'CertificationOfAnotherKey'
  | 'CertificationStale'
  | 'CertificationSignatureInvalid'
  | 'KeyNotRsa'
  | 'KeyNotFixedToTpm'
  | 'KeyNotForDecryption'
  | 'KeyTooWeak'
  | 'SchemeNotOaep'
  | 'PcrPolicyMismatch';

/** What the AK must put into a certification for a token. */
export const certificationData = (hashing: Hashing, tokenId: string): Uint8Array =>
  hashing.hash('sha256', utf8('sekisho/certified-key/v1\u0000'), utf8(tokenId));

type Faults = ReadonlyArray<TpmKeyFault>;
const none: Faults = [];

const attestFaults = (engines: AppraisalEngines, pub: TpmPublic, given: Certifying): Faults => {
  const attest = parseAttest(given.key.attest);
  if (E.isLeft(attest)) return ['CertificationMalformed'];
  if (attest.right._tag === 'Quote') return ['NotACertification'];
  const { name, extraData } = attest.right;
  return [
    ...(equalBytes(name, nameOf(engines.hashing, pub)) ? none : ['CertificationOfAnotherKey' as const]),
    ...(equalBytes(extraData, given.qualifyingData) ? none : ['CertificationStale' as const]),
  ];
};

const signatureFaults = (engines: AppraisalEngines, { key, akPublic }: Certifying): Faults => {
  const [ak, signature] = [parsePublic(akPublic), parseSignature(key.signature)];
  const valid =
    E.isRight(ak) &&
    E.isRight(signature) &&
    E.isRight(verifyQuoteSignature(engines.signatures, ak.right, signature.right, key.attest, { sha1: false }));
  return valid ? none : ['CertificationSignatureInvalid'];
};

/** Made in this TPM, never leaving it, and a plain decryption key: a restricted one would not open what we seal. */
const keyFaults = (pub: TpmPublic): Faults => [
  ...(attributeFaults(pub, ['fixedTPM', 'fixedParent', 'sensitiveDataOrigin'], []).length === 0
    ? none
    : ['KeyNotFixedToTpm' as const]),
  ...(attributeFaults(pub, ['decrypt'], ['restricted', 'sign']).length === 0 ? none : ['KeyNotForDecryption' as const]),
  ...(strengthFaults(pub).length === 0 ? none : ['KeyTooWeak' as const]),
  ...(pub.scheme.scheme === 'null' || (pub.scheme.scheme === 'oaep' && pub.scheme.hash === 'sha256')
    ? none
    : ['SchemeNotOaep' as const]),
];

/** Only the policy may open it: with `userWithAuth`, a password would do as well. */
const policyFaults = ({ hashing }: AppraisalEngines, pub: TpmPublic, { key, bootPcrs }: Certifying): Faults => {
  if (key.boundTo === undefined) return none;
  const { bank, pcrs } = key.boundTo;
  const values = pcrValuesOfBoot(bootPcrs, bank, pcrs);
  const expected = values === undefined ? undefined : pcrPolicyDigest(hashing, pub.nameAlg, bank, pcrs, values);
  const bound = expected !== undefined && equalBytes(expected, pub.authPolicy);
  return bound && attributeFaults(pub, [], ['userWithAuth']).length === 0 ? none : ['PcrPolicyMismatch'];
};

/** The key to seal to, with whatever speaks against it; undefined: there is no RSA key in it. */
export const judgeTpmKey = (
  engines: AppraisalEngines,
  given: Certifying,
): { readonly key: PublicKey | undefined; readonly unfit: Faults } => {
  const pub = parsePublic(given.key.publicArea);
  if (E.isLeft(pub)) return { key: undefined, unfit: ['PublicAreaMalformed'] };
  if (pub.right.type !== 'rsa') return { key: undefined, unfit: ['KeyNotRsa'] };
  const unfit = [
    ...attestFaults(engines, pub.right, given),
    ...signatureFaults(engines, given),
    ...keyFaults(pub.right),
    ...policyFaults(engines, pub.right, given),
  ];
  return { key: pub.right.key, unfit };
};
