import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { AppraisalEngines } from '../appraisal/appraiser.js';
import { type ReasonCode, reason } from '../appraisal/reason-codes.js';
import type { Reason } from '../appraisal/result.js';
import { equalBytes } from '../encoding/bytes.js';
import { parseAttest } from '../tpm/attest.js';
import { parsePublic } from '../tpm/public-area.js';
import { parseSignature, verifyQuoteSignature } from '../tpm/signature.js';

export interface Quoted {
  /** TPM2B_PUBLIC of the certified AK, as it was certified. */
  readonly akPublic: Uint8Array;
  readonly quote: Uint8Array;
  readonly signature: Uint8Array;
  readonly expectedQualifyingData: Uint8Array;
}

type Screened = E.Either<ReadonlyArray<Reason>, true>;

const foreign = (code: ReasonCode, detail?: string): Screened => E.left([reason(code, { actual: detail })]);

const answersUs = ({ quote, expectedQualifyingData }: Quoted): Screened =>
  pipe(
    parseAttest(quote),
    E.matchW(
      ({ field, rule }) => foreign('QuoteMalformed', `${field} ${rule}`),
      (attest) => {
        if (attest._tag !== 'Quote') return foreign('NotAQuote');
        return equalBytes(attest.extraData, expectedQualifyingData) ? E.right(true as const) : foreign('NonceMismatch');
      },
    ),
  );

/** SHA-1 counts here, so that a policy that forbids it refuses the host by an event instead of by silence. */
const isSigned = (engines: AppraisalEngines, quoted: Quoted): Screened => {
  const ak = parsePublic(quoted.akPublic);
  if (E.isLeft(ak)) return foreign('AttestationKeyMalformed', ak.left.rule);
  const signature = parseSignature(quoted.signature);
  if (E.isLeft(signature)) return foreign('QuoteSignatureInvalid', `${signature.left.field} ${signature.left.rule}`);
  const verified = verifyQuoteSignature(engines.signatures, ak.right, signature.right, quoted.quote, { sha1: true });
  return E.isRight(verified) ? E.right(true) : foreign('QuoteSignatureInvalid', verified.left._tag);
};

/**
 * Whether the certified AK signed this quote over our challenge, cheapest question first: a forged quote costs a stranger
 * more than it costs us, and the boot log is not looked at before.
 */
export const screenQuote = (engines: AppraisalEngines, quoted: Quoted): Screened =>
  pipe(
    answersUs(quoted),
    E.flatMap(() => isSigned(engines, quoted)),
  );
