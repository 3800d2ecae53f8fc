import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { HashAlgorithm } from '../../tpm/algorithms.js';
import type { AppraisalEngines, AppraisalInput, BootReading, ReadBootLog } from '../appraiser.js';
import { reason } from '../reason-codes.js';
import type { Reason, RuleResult } from '../result.js';
import { type Belief, believable, judgedOn } from './belief.js';
import { type KeyedBootLog, readBanks, rememberBootLog } from './read-boot-log.js';
import { type Fact, judged, notApplicable, notChecked } from './rule-result.js';
import { compareReplay } from './rules/boot-log.js';
import { findingReasons, judgeQuirks } from './rules/findings.js';
import type { JudgedPcrs } from './rules/quoted-pcrs.js';
import { secureBootReasons } from './rules/secure-boot.js';

export interface BelievedBoot {
  readonly read: ReadBootLog;
  readonly reading: BootReading;
  readonly bank: HashAlgorithm;
  readonly belief: Belief;
}

export interface JudgedBoot {
  readonly rules: ReadonlyArray<RuleResult>;
  readonly boot: Fact<BelievedBoot>;
  readonly exceptions: ReadonlyArray<string>;
}

const RULES = [
  'boot-log-replay',
  'event-data',
  'measurements-explained',
  'uefi',
  'separators',
  'boot-sequence',
  'firmware-quirks',
  'secure-boot',
  'secure-boot-authorities',
  'dbx',
];

const FIRMWARE_PCRS = [0, 1, 2, 3, 4, 5, 6, 7];

/** Not checked for another rule's sake, unless it failed by itself. */
const after = (earlier: RuleResult, rule: RuleResult): RuleResult => {
  if (earlier.outcome === 'failed') return notChecked(rule.rule, earlier.rule);
  return earlier.outcome === 'not-checked' ? notChecked(rule.rule, earlier.because ?? earlier.rule) : rule;
};

const secureBootRules = (
  { reading, belief }: BelievedBoot,
  uefi: RuleResult,
  { reference: { policy } }: AppraisalInput,
): ReadonlyArray<RuleResult> => {
  const findings = believable(reading.findings, belief);
  const claims = reading.claims.secureBoot;
  const on = (rule: string, reasons: ReadonlyArray<Reason>): RuleResult => judgedOn(belief, rule, [7], reasons);
  if (!policy.requireSecureBoot && claims.state !== 'enabled')
    return ['secure-boot', 'secure-boot-authorities', 'dbx'].map((rule) =>
      notApplicable(rule, 'policy does not ask for Secure Boot'),
    );
  const secureBoot = after(uefi, on('secure-boot', secureBootReasons(claims, findings)));
  return [
    secureBoot,
    after(secureBoot, on('secure-boot-authorities', findingReasons('secure-boot-authorities', findings))),
    after(secureBoot, on('dbx', findingReasons('dbx', findings))),
  ];
};

const judgeReading = (boot: BelievedBoot, input: AppraisalInput): JudgedBoot => {
  const { reading, belief } = boot;
  const findings = believable(reading.findings, belief);
  const uefi = judgedOn(belief, 'uefi', [], reading.claims.uefi ? [] : [reason('NotUefi')]);
  const quirks = judgeQuirks(findings, {
    exceptions: input.reference.policy.exceptions,
    firmwareVersion: reading.claims.firmwareVersion,
    at: input.at,
  });
  const separators = FIRMWARE_PCRS.filter((pcr) => belief.quoted.has(pcr));
  return {
    rules: [
      belief.replayed,
      judgedOn(belief, 'event-data', [], findingReasons('event-data', findings)),
      judgedOn(belief, 'measurements-explained', [], findingReasons('measurements-explained', findings)),
      uefi,
      after(uefi, judgedOn(belief, 'separators', separators, findingReasons('separators', findings))),
      after(uefi, judgedOn(belief, 'boot-sequence', [], findingReasons('boot-sequence', findings))),
      after(uefi, quirks.rule.outcome === 'passed' ? judgedOn(belief, 'firmware-quirks', [], []) : quirks.rule),
      ...secureBootRules(boot, uefi, input),
    ],
    boot: E.right(boot),
    exceptions: quirks.used,
  };
};

/** Replays the log to the quoted registers, and judges what it then says. */
export const judgeBoot = (
  engines: AppraisalEngines,
  input: AppraisalInput,
  log: Fact<KeyedBootLog>,
  pcrs: JudgedPcrs,
  required: RuleResult,
): JudgedBoot => {
  const facts = pipe(E.Do, E.apS('bank', pcrs.bank), E.apS('values', pcrs.values), E.apS('log', log));
  if (E.isLeft(facts)) return { rules: RULES.map((rule) => notChecked(rule, facts.left)), boot: facts, exceptions: [] };
  const {
    bank,
    values,
    log: { key, known },
  } = facts.right;
  const read = readBanks(
    engines,
    known,
    bank,
    pcrs.quoted.map((selection) => selection.bank),
  );
  const replay = compareReplay(read, bank, pcrs.quoted, values, input.reference.policy);
  const replayed = judged('boot-log-replay', replay.reasons);
  const reading = read.readings.get(bank);
  if (replay.reasons.length === 0 && key !== '' && read !== known) rememberBootLog(engines, key, read);
  const belief: Belief = {
    quoted: new Set(pcrs.quoted.find((selection) => selection.bank === bank)?.pcrs),
    explained: replay.explained,
    required,
    replayed,
  };
  if (reading === undefined || !read.log.banks.includes(bank))
    return {
      rules: RULES.map((rule) => (rule === replayed.rule ? replayed : notChecked(rule, replayed.rule))),
      boot: E.left(replayed.rule),
      exceptions: [],
    };
  return judgeReading({ read, reading, bank, belief }, input);
};
