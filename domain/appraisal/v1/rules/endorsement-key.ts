import * as E from 'fp-ts/lib/Either.js';
import type { Certificate, PublicKey } from '../../../ports.js';
import { endorsementKeyMatches, parseEndorsementCertificate } from '../../../tpm/endorsement-certificate.js';
import { endorsementKeyFaults } from '../../../tpm/endorsement-key.js';
import { publicKeyDigest } from '../../../tpm/endorsement-key-digest.js';
import { parsePublic, type TpmPublic } from '../../../tpm/public-area.js';
import type { TpmIdentity } from '../../../tpm/tpm-identity.js';
import type { AppraisalEngines, AppraisalInput } from '../../appraiser.js';
import { reason } from '../../reason-codes.js';
import type { Reason, RuleResult } from '../../result.js';
import { type Fact, failed, judged, judgedWith, notApplicable, notChecked } from '../rule-result.js';
import { checkChain, type EndorsementChainResult } from './endorsement-chain.js';

export interface JudgedEndorsement {
  readonly rules: ReadonlyArray<RuleResult>;
  /** `publicKeyDigest` of the endorsement key. */
  readonly digest: string | undefined;
  /** From a certificate that leads to a trusted CA; else nobody vouches for it. */
  readonly tpm: TpmIdentity | undefined;
  readonly tpmCa: string | undefined;
}

interface Presented {
  readonly certificate: Certificate | undefined;
  readonly area: TpmPublic | undefined;
  readonly key: PublicKey | undefined;
  readonly faults: ReadonlyArray<Reason>;
}

const RULE = 'endorsement-key';

const orUndefined = <A>(read: E.Either<unknown, A> | undefined): A | undefined =>
  read !== undefined && E.isRight(read) ? read.right : undefined;

const present = ({ certificates }: AppraisalEngines, { evidence }: AppraisalInput): Presented => {
  const { ekCertificate, ekPublic } = evidence;
  const certificate = orUndefined(
    ekCertificate === undefined ? undefined : parseEndorsementCertificate(certificates, ekCertificate),
  );
  const parsed = ekPublic === undefined ? undefined : parsePublic(ekPublic);
  const area = orUndefined(parsed);
  const malformed =
    parsed !== undefined && E.isLeft(parsed)
      ? [reason('EndorsementKeyMalformed', { subject: parsed.left.field, actual: parsed.left.rule })]
      : [];
  const mismatch =
    certificate !== undefined && area !== undefined && !endorsementKeyMatches(certificate, area)
      ? [reason('EndorsementKeyMismatch', { subject: certificate.sha256 })]
      : [];
  const unfit = (area === undefined ? [] : endorsementKeyFaults(area)).map((fault) =>
    reason('EndorsementKeyUnfit', { subject: 'attribute' in fault ? fault.attribute : fault._tag }),
  );
  return { certificate, area, key: area?.key ?? certificate?.publicKey, faults: [...malformed, ...unfit, ...mismatch] };
};

const keyRule = (
  presented: Presented,
  digest: string | undefined,
  { evidence, host, reference }: AppraisalInput,
): RuleResult => {
  if (presented.faults.length > 0) return failed(RULE, presented.faults);
  if (digest === undefined)
    return evidence.ekCertificate === undefined
      ? failed(RULE, [reason('EndorsementKeyMissing')])
      : notChecked(RULE, 'endorsement-certificate');
  const bound = host.boundEndorsementKey;
  return judged(RULE, [
    ...(bound === undefined || bound === digest
      ? []
      : [reason('EndorsementKeyNotBound', { expected: bound, actual: digest })]),
    ...(reference.revokedEndorsementKeys.includes(digest)
      ? [reason('EndorsementKeyRevoked', { subject: digest })]
      : []),
  ]);
};

type Chain = E.Either<ReadonlyArray<Reason>, EndorsementChainResult> | undefined;

/**
 * requireCertificateValidation: the certificate must lead to a trusted CA. Only requireEndorsementKeys: the list alone decides.
 * Neither: one of the two must vouch for the key, or else anyone's key would do.
 */
const certificateRule = (
  chain: Chain,
  digest: Fact<string>,
  listed: boolean,
  { reference }: AppraisalInput,
): RuleResult => {
  const rule = 'endorsement-certificate';
  const { requireCertificateValidation, requireEndorsementKeys } = reference.policy;
  if (!requireCertificateValidation && requireEndorsementKeys)
    return notApplicable(rule, 'policy goes by the list of endorsement keys');
  if (!requireCertificateValidation && listed) return notApplicable(rule, 'the endorsement key is listed');
  if (chain !== undefined) return judged(rule, E.isLeft(chain) ? chain.left : []);
  return judgedWith(rule, digest, (subject) => [
    reason(requireCertificateValidation ? 'EndorsementCertificateMissing' : 'EndorsementKeyUntrusted', { subject }),
  ]);
};

const listRule = (digest: Fact<string>, listed: boolean, { reference }: AppraisalInput): RuleResult => {
  const rule = 'endorsement-key-listed';
  if (!reference.policy.requireEndorsementKeys) return notApplicable(rule, 'policy does not ask for listed keys');
  return judgedWith(rule, digest, (subject) => (listed ? [] : [reason('EndorsementKeyNotListed', { subject })]));
};

export const judgeEndorsement = (engines: AppraisalEngines, input: AppraisalInput): JudgedEndorsement => {
  const presented = present(engines, input);
  const digest = presented.key === undefined ? undefined : publicKeyDigest(engines.hashing, presented.key);
  const listed = input.reference.endorsementKeys.some((entry) => entry.publicKeyDigest === digest);
  const leaf = input.evidence.ekCertificate;
  const chain: Chain = leaf === undefined ? undefined : checkChain(engines, input, leaf);
  const trusted = orUndefined(chain);
  const known: Fact<string> = digest === undefined ? E.left(RULE) : E.right(digest);
  const certificate = certificateRule(chain, known, listed, input);
  const decided = certificate.outcome === 'passed';
  return {
    rules: [keyRule(presented, digest, input), listRule(known, listed, input), certificate],
    digest,
    tpm: decided ? trusted?.endorsement.tpm : undefined,
    tpmCa: decided ? trusted?.tpmCa : undefined,
  };
};
