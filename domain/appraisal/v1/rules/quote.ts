import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { equalBytes, toHex } from '../../../encoding/bytes.js';
import type { ParseError } from '../../../encoding/reader.js';
import type { HashAlgorithm } from '../../../tpm/algorithms.js';
import { parseAttest, type QuoteAttest } from '../../../tpm/attest.js';
import type { TpmPublic } from '../../../tpm/public-area.js';
import { parseSignature, type SignatureFault, verifyQuoteSignature } from '../../../tpm/signature.js';
import type { AppraisalEngines, AppraisalInput } from '../../appraiser.js';
import { reason } from '../../reason-codes.js';
import type { Reason, RuleResult } from '../../result.js';
import { type Fact, failed, judged, judgedWith, notChecked, passed, unsettled } from '../rule-result.js';

export interface BelievedQuote {
  readonly attest: QuoteAttest;
  /** Of the signature scheme: what the PCR digest is made with. */
  readonly hash: HashAlgorithm;
}

export interface JudgedQuote {
  readonly rules: ReadonlyArray<RuleResult>;
  readonly quote: Fact<BelievedQuote>;
}

const signatureReason = (fault: SignatureFault): Reason => {
  switch (fault._tag) {
    case 'SignatureHashNotAllowed':
      return reason('QuoteSignatureSha1');
    case 'SignatureSchemeMismatch':
    case 'SignatureHashMismatch':
      return reason('QuoteSignatureInvalid', { expected: fault.expected, actual: fault.actual });
    case 'SignatureMalformed':
      return reason('QuoteSignatureInvalid', { subject: fault.field });
    case 'SignatureInvalid':
      return reason('QuoteSignatureInvalid');
  }
};

/** Over the quote's bytes as they came, before anything in them is read. */
const signatureFaults = (
  { signatures }: AppraisalEngines,
  { evidence, reference }: AppraisalInput,
  ak: TpmPublic,
  quote: Uint8Array,
): E.Either<ReadonlyArray<Reason>, HashAlgorithm> =>
  pipe(
    parseSignature(evidence.signature ?? new Uint8Array()),
    E.mapLeft((error) => [reason('QuoteSignatureInvalid', { subject: error.field, actual: error.rule })]),
    E.flatMap((signature) =>
      pipe(
        verifyQuoteSignature(signatures, ak, signature, quote, { sha1: reference.policy.allowSha1Signatures }),
        E.bimap(
          (fault) => [signatureReason(fault)],
          () => signature.hash,
        ),
      ),
    ),
  );

const headerReason = ({ field, rule }: ParseError): Reason => {
  if (field === 'magic') return reason('QuoteNotTpmGenerated', { actual: rule });
  return field === 'type'
    ? reason('NotAQuote', { actual: rule })
    : reason('QuoteMalformed', { subject: field, actual: rule });
};

const header = (quote: Uint8Array): E.Either<ReadonlyArray<Reason>, QuoteAttest> =>
  pipe(
    parseAttest(quote),
    E.mapLeft((error) => [headerReason(error)]),
    E.flatMap((attest) =>
      attest._tag === 'Quote' ? E.right(attest) : E.left([reason('NotAQuote', { actual: attest._tag })]),
    ),
  );

/** An empty nonce never matches: it would match every quote that carries none. */
const nonceReasons = (expected: Uint8Array, { attest }: BelievedQuote): ReadonlyArray<Reason> =>
  expected.length > 0 && equalBytes(expected, attest.extraData)
    ? []
    : [reason('NonceMismatch', { expected: toHex(expected), actual: toHex(attest.extraData) })];

const tpm20 = (quote: Uint8Array | undefined, family: string | undefined): RuleResult =>
  judged('tpm-2.0', quote === undefined || family === '1.2' ? [reason('NoTpm20', { actual: family })] : []);

const ruleOf = <A>(rule: string, checked: E.Either<ReadonlyArray<Reason>, A>): RuleResult =>
  E.isLeft(checked) ? failed(rule, checked.left) : passed(rule);

/** `family`: the TPM specification that the endorsement certificate names, if any. */
export const judgeQuote = (
  engines: AppraisalEngines,
  input: AppraisalInput,
  ak: Fact<TpmPublic>,
  family: string | undefined,
): JudgedQuote => {
  const bytes = input.evidence.quote;
  const tpm = tpm20(bytes, family);
  if (bytes === undefined || tpm.outcome === 'failed') {
    const rest = ['quote-signature', 'quote-header', 'qualifying-data'].map((rule) => notChecked(rule, tpm.rule));
    return { rules: [tpm, ...rest], quote: E.left(tpm.rule) };
  }
  if (E.isLeft(ak)) {
    const rest = ['quote-signature', 'quote-header', 'qualifying-data'].map((rule) => notChecked(rule, ak.left));
    return { rules: [tpm, ...rest], quote: ak };
  }
  const signature = signatureFaults(engines, input, ak.right, bytes);
  const signatureRule = ruleOf('quote-signature', signature);
  const read = header(bytes);
  const headerRule = E.isLeft(signature)
    ? notChecked('quote-header', signatureRule.rule)
    : ruleOf('quote-header', read);
  const quote: Fact<BelievedQuote> =
    E.isRight(signature) && E.isRight(read)
      ? E.right({ attest: read.right, hash: signature.right })
      : unsettled(headerRule);
  const nonceRule = judgedWith('qualifying-data', quote, (believed) =>
    nonceReasons(input.expectedQualifyingData, believed),
  );
  return { rules: [tpm, signatureRule, headerRule, nonceRule], quote };
};
