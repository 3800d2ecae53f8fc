import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { equalBytes, toHex } from '../../../encoding/bytes.js';
import { DIGEST_SIZES, type HashAlgorithm } from '../../../tpm/algorithms.js';
import { type PcrValues, pcrDigest } from '../../../tpm/pcr-digest.js';
import { type SelectedPcrs, selectedPcrs } from '../../../tpm/pcr-selection.js';
import type { AppraisalEngines, AppraisalInput } from '../../appraiser.js';
import type { AttestationPolicy } from '../../policy.js';
import { reason } from '../../reason-codes.js';
import type { ReferenceValues } from '../../reference-values.js';
import type { Reason, RuleResult } from '../../result.js';
import { type Fact, judgedWith, settled, unsettled } from '../rule-result.js';
import type { BelievedQuote } from './quote.js';

export interface JudgedPcrs {
  readonly rules: ReadonlyArray<RuleResult>;
  /** The bank that decides. */
  readonly bank: Fact<HashAlgorithm>;
  /** Values that the quote vouches for, and no others. */
  readonly values: Fact<PcrValues>;
  readonly quoted: ReadonlyArray<SelectedPcrs>;
}

const isAllowed = ({ pcrBanks }: AttestationPolicy, bank: HashAlgorithm): boolean =>
  pcrBanks.some((allowed) => allowed === bank);

/**
 * Of the allowed banks one that the log has, then one that an image describes, then the one that covers most of what policy
 * asks for, then the one that policy names first.
 */
const bankOf = (
  { policy, images }: ReferenceValues,
  quoted: ReadonlyArray<SelectedPcrs>,
  logged: ReadonlyArray<HashAlgorithm> | undefined,
): HashAlgorithm | undefined => {
  const rank = ({ bank, pcrs }: SelectedPcrs): number =>
    (logged?.includes(bank) === true ? 64 : 0) +
    (images.some(({ image }) => image.bank === bank) ? 32 : 0) +
    policy.requiredPcrs.filter((pcr) => pcrs.includes(pcr)).length;
  const candidates = policy.pcrBanks
    .flatMap((allowed) => quoted.find(({ bank, pcrs }) => bank === allowed && pcrs.length > 0) ?? [])
    .filter(({ bank }) => isAllowed(policy, bank));
  return candidates.reduce<SelectedPcrs | undefined>(
    (best, next) => (best === undefined || rank(next) > rank(best) ? next : best),
    undefined,
  )?.bank;
};

const namesOf = (quoted: ReadonlyArray<SelectedPcrs>): string => quoted.map(({ bank }) => bank).join(' ');

const requiredReasons = (
  { requiredPcrs }: AttestationPolicy,
  quoted: ReadonlyArray<SelectedPcrs>,
  bank: HashAlgorithm,
): ReadonlyArray<Reason> => {
  const pcrs = quoted.find((selection) => selection.bank === bank)?.pcrs ?? [];
  return requiredPcrs
    .filter((pcr) => !pcrs.includes(pcr))
    .map((pcr) => reason('RequiredPcrNotQuoted', { subject: bank, pcr }));
};

/** A value that the quote does not cover is anybody's word: refused by name, so that nothing can come to lean on it. */
const strayReasons = (quoted: ReadonlyArray<SelectedPcrs>, values: PcrValues): ReadonlyArray<Reason> =>
  [...values].flatMap(([bank, registers]) => {
    const pcrs = quoted.find((selection) => selection.bank === bank)?.pcrs ?? [];
    return [...registers.keys()]
      .filter((pcr) => !pcrs.includes(pcr))
      .map((pcr) => reason('PcrNotQuoted', { subject: bank, pcr }));
  });

const valueReasons = (quoted: ReadonlyArray<SelectedPcrs>, values: PcrValues): ReadonlyArray<Reason> =>
  quoted.flatMap(({ bank, pcrs }) =>
    pcrs.flatMap((pcr) => {
      const value = values.get(bank)?.get(pcr);
      if (value === undefined) return [reason('PcrValueMissing', { subject: bank, pcr })];
      return value.length === DIGEST_SIZES[bank] ? [] : [reason('PcrValueMalformed', { subject: bank, pcr })];
    }),
  );

const digestReasons = (
  { hashing }: AppraisalEngines,
  { attest, hash }: BelievedQuote,
  values: PcrValues,
): ReadonlyArray<Reason> => {
  const digest = pcrDigest(hashing, hash, attest.pcrSelections, values);
  if (E.isRight(digest) && equalBytes(digest.right, attest.pcrDigest)) return [];
  return [
    reason('PcrDigestMismatch', {
      expected: toHex(attest.pcrDigest),
      ...(E.isRight(digest) ? { actual: toHex(digest.right) } : {}),
    }),
  ];
};

const bankRule = (
  policy: AttestationPolicy,
  quoted: ReadonlyArray<SelectedPcrs>,
  bank: HashAlgorithm | undefined,
): ReadonlyArray<Reason> =>
  bank === undefined
    ? [reason('PcrBankNotAllowed', { subject: namesOf(quoted), expected: policy.pcrBanks.join(' ') })]
    : [];

/** `logged`: the banks of the boot log, if it can be read: of equal banks, one that can be replayed decides. */
export const judgePcrs = (
  engines: AppraisalEngines,
  { evidence, reference }: AppraisalInput,
  quote: Fact<BelievedQuote>,
  logged: ReadonlyArray<HashAlgorithm> | undefined,
): JudgedPcrs => {
  const selections = pipe(
    quote,
    E.map(({ attest }) => selectedPcrs(attest.pcrSelections)),
  );
  const quoted = E.isRight(selections) ? selections.right : [];
  const { policy } = reference;
  const bank = bankOf(reference, quoted, logged);
  const allowed = judgedWith('pcr-bank', selections, () => bankRule(policy, quoted, bank));
  const deciding: Fact<HashAlgorithm> = bank === undefined ? unsettled(allowed) : settled(allowed, bank);
  const required = judgedWith('required-pcrs', deciding, (chosen) => requiredReasons(policy, quoted, chosen));
  const values = judgedWith('pcr-values', selections, () => [
    ...strayReasons(quoted, evidence.pcrs),
    ...valueReasons(quoted, evidence.pcrs),
  ]);
  const complete = pipe(
    settled(values, evidence.pcrs),
    E.flatMap((pcrs) =>
      pipe(
        quote,
        E.map((believed) => ({ believed, pcrs })),
      ),
    ),
  );
  const digest = judgedWith('pcr-digest', complete, ({ believed, pcrs }) => digestReasons(engines, believed, pcrs));
  return { rules: [allowed, required, values, digest], bank: deciding, values: settled(digest, evidence.pcrs), quoted };
};
