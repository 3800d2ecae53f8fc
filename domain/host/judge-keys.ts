import * as E from 'fp-ts/lib/Either.js';
import type { AppraisalEngines, AppraisalInput } from '../appraisal/appraiser.js';
import type { Evidence } from '../appraisal/evidence.js';
import { printable } from '../appraisal/reason-codes.js';
import type { ReferenceValues } from '../appraisal/reference-values.js';
import type { Reason, RuleResult } from '../appraisal/result.js';
import { judgeAttestationKey } from '../appraisal/v1/rules/attestation-key.js';
import { checkChain } from '../appraisal/v1/rules/endorsement-chain.js';
import { judgeEndorsement } from '../appraisal/v1/rules/endorsement-key.js';
import type { TpmPublic } from '../tpm/public-area.js';
import type { CertifiedKey } from './state.js';

export type OfferedKeys = Pick<Evidence, 'akPublic' | 'ekPublic' | 'ekCertificate' | 'intermediates'>;

export interface JudgedKeys {
  readonly akName: string;
  readonly ak: TpmPublic;
  /** `publicKeyDigest`. */
  readonly endorsementKey: string;
  readonly tpm: CertifiedKey['tpm'];
  /** Certificates (DER) that lead to a trusted CA; others vouch for nothing and are not kept. */
  readonly ekCertificate: Uint8Array | undefined;
  readonly intermediates: ReadonlyArray<Uint8Array>;
}

export type KeysUnfit =
  | { readonly _tag: 'AttestationKeyUnfit'; readonly reasons: ReadonlyArray<Reason> }
  | { readonly _tag: 'EndorsementKeyNotTrusted'; readonly reasons: ReadonlyArray<Reason> };

const reasonsOf = (rules: ReadonlyArray<RuleResult>): ReadonlyArray<Reason> => rules.flatMap(({ reasons }) => reasons);

const inputOf = (keys: OfferedKeys, reference: ReferenceValues, at: string): AppraisalInput => ({
  evidence: { ...keys, quote: undefined, signature: undefined, pcrs: new Map(), bootLog: new Uint8Array() },
  expectedQualifyingData: new Uint8Array(),
  host: { certifiedAkName: undefined, boundEndorsementKey: undefined, previous: undefined },
  reference,
  at,
});

type Path = Pick<JudgedKeys, 'ekCertificate' | 'intermediates'>;

const trustedPath = (engines: AppraisalEngines, input: AppraisalInput): Path => {
  const leaf = input.evidence.ekCertificate;
  const chain = leaf === undefined ? E.left([]) : checkChain(engines, input, leaf);
  if (E.isLeft(chain)) return { ekCertificate: undefined, intermediates: [] };
  const { certificate, path } = chain.right.endorsement;
  const intermediates = input.evidence.intermediates.flatMap((der) => {
    const parsed = engines.certificates.parse(der);
    return E.isRight(parsed) && path.includes(parsed.right.sha256) ? [parsed.right.der] : [];
  });
  return { ekCertificate: certificate.der, intermediates: intermediates.slice(0, 8) };
};

/**
 * Judges an AK and the endorsement key behind it, by the same rules as evidence is judged by, before a credential is made
 * and again when it was activated.
 */
export const judgeKeys = (
  engines: AppraisalEngines,
  keys: OfferedKeys,
  reference: ReferenceValues,
  at: string,
): E.Either<KeysUnfit, JudgedKeys> => {
  const input = inputOf(keys, reference, at);
  const { rules, ak, akName } = judgeAttestationKey(engines, input);
  const akReasons = reasonsOf(rules);
  if (akReasons.length > 0 || E.isLeft(ak) || akName === undefined) {
    return E.left({ _tag: 'AttestationKeyUnfit', reasons: akReasons });
  }
  const endorsement = judgeEndorsement(engines, input);
  const ekReasons = reasonsOf(endorsement.rules);
  if (ekReasons.length > 0 || endorsement.digest === undefined) {
    return E.left({ _tag: 'EndorsementKeyNotTrusted', reasons: ekReasons });
  }
  const { digest, tpm } = endorsement;
  const identity =
    tpm === undefined
      ? null
      : {
          manufacturer: printable(tpm.manufacturer),
          model: printable(tpm.model),
          firmwareVersion: printable(tpm.firmwareVersion),
        };
  return E.right({ akName, ak: ak.right, endorsementKey: digest, tpm: identity, ...trustedPath(engines, input) });
};
