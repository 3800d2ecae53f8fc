import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { toHex } from '../../../encoding/bytes.js';
import { nameOf } from '../../../tpm/name.js';
import { type AkFault, attestationKeyFaults, type ObjectAttribute } from '../../../tpm/object-attributes.js';
import { parsePublic, type TpmPublic } from '../../../tpm/public-area.js';
import type { AppraisalEngines, AppraisalInput } from '../../appraiser.js';
import { type ReasonCode, reason } from '../../reason-codes.js';
import type { Reason, RuleResult } from '../../result.js';
import { type Fact, failed, judgedWith, notChecked, passed } from '../rule-result.js';

const REQUIRED: Partial<Readonly<Record<ObjectAttribute, ReasonCode>>> = {
  fixedTPM: 'AttestationKeyNotFixedTpm',
  fixedParent: 'AttestationKeyNotFixedParent',
  sensitiveDataOrigin: 'AttestationKeyNotTpmGenerated',
  restricted: 'AttestationKeyNotRestricted',
  sign: 'AttestationKeyNotSigning',
};

const reasonOf = (fault: AkFault): Reason => {
  switch (fault._tag) {
    case 'AttributeMissing':
      return reason(REQUIRED[fault.attribute] ?? 'AttestationKeySchemeUnusable', { subject: fault.attribute });
    case 'AttributeForbidden':
      return reason('AttestationKeyDecrypts', { subject: fault.attribute });
    case 'NameAlgorithmTooWeak':
      return reason('AttestationKeyAlgorithmWeak', { subject: 'nameAlg', actual: fault.nameAlg });
    case 'KeyTooShort':
      return reason('AttestationKeyAlgorithmWeak', { subject: 'bits', actual: String(fault.bits) });
    case 'ExponentTooSmall':
      return reason('AttestationKeyAlgorithmWeak', { subject: 'exponent', actual: String(fault.exponent) });
    case 'SchemeUnfit':
      return reason('AttestationKeySchemeUnusable', { actual: fault.scheme });
  }
};

export interface JudgedAttestationKey {
  readonly rules: ReadonlyArray<RuleResult>;
  readonly ak: Fact<TpmPublic>;
  readonly akName: string | undefined;
}

const certified = (name: Fact<string>, certifiedAkName: string | undefined): RuleResult =>
  certifiedAkName === undefined
    ? notChecked('credential-activation', 'nobody activated a credential for this attestation key here')
    : judgedWith('credential-activation', name, (actual) =>
        actual === certifiedAkName ? [] : [reason('AttestationKeyNotCertified', { expected: certifiedAkName, actual })],
      );

/**
 * A key that is not restricted signs a forged TPMS_ATTEST on request, so its attributes come before any quote is believed.
 * The quote's qualifiedSigner is not compared: that name is over the whole hierarchy above the AK, which nobody sent.
 */
export const judgeAttestationKey = (
  { hashing }: AppraisalEngines,
  { evidence, host }: AppraisalInput,
): JudgedAttestationKey => {
  const parsed = parsePublic(evidence.akPublic);
  const ak: Fact<TpmPublic> = pipe(
    parsed,
    E.mapLeft(() => 'attestation-key'),
  );
  const name = pipe(
    ak,
    E.map((key) => toHex(nameOf(hashing, key))),
  );
  return {
    rules: [
      E.isLeft(parsed)
        ? failed('attestation-key', [
            reason('AttestationKeyMalformed', { subject: parsed.left.field, actual: parsed.left.rule }),
          ])
        : passed('attestation-key'),
      judgedWith('ak-attributes', ak, (key) => attestationKeyFaults(key).map(reasonOf)),
      certified(name, host.certifiedAkName),
    ],
    ak,
    akName: E.isRight(name) ? name.right : undefined,
  };
};
