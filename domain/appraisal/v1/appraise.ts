import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { toHex } from '../../encoding/bytes.js';
import { plusSeconds } from '../../encoding/instant.js';
import type { PcrValues } from '../../tpm/pcr-digest.js';
import type { AppraisalInput, AppraisalResult, Appraise, Claims } from '../appraiser.js';
import type { RuleResult } from '../result.js';
import { judgeBoot } from './judge-boot.js';
import { judgeImage } from './judge-image.js';
import { readBootLog } from './read-boot-log.js';
import { type Fact, notChecked } from './rule-result.js';
import { judgeAttestationKey } from './rules/attestation-key.js';
import { judgeLogForm } from './rules/boot-log.js';
import { judgeClock, quotedClockOf } from './rules/clock-continuity.js';
import { judgeEndorsement } from './rules/endorsement-key.js';
import { judgeQuote } from './rules/quote.js';
import { judgePcrs } from './rules/quoted-pcrs.js';
import { judgeTpmModel } from './rules/tpm-model.js';

const LAST_BOOT_PCR = 7;

/** What a host may be affirmed without: only offline, and then the result names it. */
const MAY_STAY_OPEN = ['credential-activation', 'base-image'];

const HOSTS_OWN = ['credential-activation', 'quote-signature', 'quote-header', 'qualifying-data'];

const orUndefined = <A>(fact: Fact<A>): A | undefined => (E.isRight(fact) ? fact.right : undefined);

const bootPcrsOf = (values: Fact<PcrValues>): Readonly<Record<string, string>> => {
  const found: Record<string, string> = {};
  for (const [bank, registers] of orUndefined(values) ?? [])
    for (const [pcr, value] of registers) if (pcr <= LAST_BOOT_PCR) found[`${bank}:${String(pcr)}`] = toHex(value);
  return found;
};

const named = (rules: ReadonlyArray<RuleResult>, name: string): RuleResult =>
  rules.find(({ rule }) => rule === name) ?? notChecked(name, 'no such rule');

const isHolding = ({ rule, outcome }: RuleResult): boolean =>
  outcome === 'passed' ||
  outcome === 'not-applicable' ||
  outcome === 'excepted' ||
  (outcome === 'not-checked' && MAY_STAY_OPEN.includes(rule));

type Settled = Pick<AppraisalResult, 'claims' | 'image' | 'reliedOn' | 'exceptions' | 'bootPcrs'>;

const resultOf = (
  { at, reference }: AppraisalInput,
  rules: ReadonlyArray<RuleResult>,
  settled: Settled,
): AppraisalResult => ({
  verdict: rules.every(isHolding) ? 'affirming' : 'contraindicated',
  reasons: rules.filter(({ outcome }) => outcome === 'failed').flatMap(({ reasons }) => reasons),
  rules,
  notChecked: rules.filter(({ outcome }) => outcome === 'not-checked').map(({ rule }) => rule),
  hostsOwn: HOSTS_OWN.every((rule) => named(rules, rule).outcome === 'passed'),
  notAfter: plusSeconds(at, reference.policy.evidenceMaxAgeSeconds),
  ...settled,
});

/**
 * Appraiser version 1. Every rule is judged, whatever failed before; only a rule that rests on a failed one is left open, naming
 * it, so that reasons are root causes. It never throws, whatever the evidence holds. Its results are part of the ledger's
 * meaning: a change of any verdict or reason is a new version in a new folder.
 */
export const appraise: Appraise = (engines, input) => {
  const { evidence, host, reference } = input;
  const key = judgeAttestationKey(engines, input);
  const endorsement = judgeEndorsement(engines, input);
  const quote = judgeQuote(engines, input, key.ak, endorsement.tpm?.specificationFamily);
  const log = readBootLog(engines, evidence.bootLog);
  const form = judgeLogForm(evidence.bootLog, log);
  const pcrs = judgePcrs(engines, input, quote.quote, E.isRight(log) ? log.right.known.log.banks : undefined);
  const bootPcrs = bootPcrsOf(pcrs.values);
  const logFact = pipe(
    log,
    E.mapLeft(() => form.rule),
  );
  const boot = judgeBoot(engines, input, logFact, pcrs, named(pcrs.rules, 'required-pcrs'));
  const image = judgeImage(input, boot.boot, named(boot.rules, 'secure-boot'));
  const claimed = orUndefined(boot.boot)?.reading.claims;
  const bios = pipe(
    boot.boot,
    E.map(({ reading }) => reading.claims.firmwareVersion),
  );
  const rules = [
    ...quote.rules.slice(0, 1),
    ...key.rules,
    ...endorsement.rules,
    judgeTpmModel(reference, named(endorsement.rules, 'endorsement-certificate'), endorsement.tpm, bios),
    ...quote.rules.slice(1),
    ...pcrs.rules,
    judgeClock(host, quote.quote, bootPcrs),
    form,
    ...boot.rules,
    ...image.rules,
  ];
  const claims: Claims = {
    akName: key.akName,
    endorsementKey: endorsement.digest,
    tpm: endorsement.tpm,
    bank: orUndefined(pcrs.bank),
    quotedPcrs: pcrs.quoted,
    clock: orUndefined(pipe(quote.quote, E.map(quotedClockOf))),
    boot: claimed,
  };
  return resultOf(input, rules, {
    claims,
    image: image.image,
    reliedOn: { tpmCa: endorsement.tpmCa, endorsementKey: endorsement.digest },
    exceptions: boot.exceptions,
    bootPcrs,
  });
};
