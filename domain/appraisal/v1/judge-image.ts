import * as E from 'fp-ts/lib/Either.js';
import type { AppraisalInput } from '../appraiser.js';
import type { RuleResult } from '../result.js';
import { judgedOn } from './belief.js';
import type { Aspect, Booted } from './images/aspect.js';
import type { BelievedBoot } from './judge-boot.js';
import { chooseImage, type ImageMatch, pcrsOf } from './match-image.js';
import { type Fact, failed, judged, notChecked, passed } from './rule-result.js';

const RULE = 'base-image';
const NO_REGISTERS: Booted['pcrs'] = new Map();

export interface JudgedImage {
  readonly rules: ReadonlyArray<RuleResult>;
  readonly image: { readonly version: string; readonly digest: string } | undefined;
}

const aspectRule = (boot: BelievedBoot, match: ImageMatch, aspect: Aspect, secureBoot: RuleResult): RuleResult => {
  const withoutIt = secureBoot.outcome === 'failed' || secureBoot.outcome === 'not-checked';
  if (aspect.needsSecureBoot && withoutIt) return notChecked(aspect.rule, secureBoot.because ?? secureBoot.rule);
  const needs = aspect.rule === 'image-registers' ? [] : pcrsOf(match.reference.image);
  return needs.length === 0
    ? judged(aspect.rule, aspect.reasons)
    : judgedOn(boot.belief, aspect.rule, needs, aspect.reasons);
};

const compared = (boot: BelievedBoot, match: ImageMatch, secureBoot: RuleResult, fits: boolean): JudgedImage => {
  const { image, digest } = match.reference;
  const rules = match.aspects.map((aspect) => aspectRule(boot, match, aspect, secureBoot));
  const open = rules.find(({ outcome }) => outcome === 'not-checked');
  const isWhole = fits && rules.every(({ outcome }) => outcome === 'passed');
  const chosen = (): RuleResult => {
    if (isWhole) return passed(RULE);
    return fits && open !== undefined
      ? notChecked(RULE, open.because ?? open.rule)
      : { ...passed(RULE), because: `compared with ${image.version}` };
  };
  return { rules: [chosen(), ...rules], image: isWhole ? { version: image.version, digest } : undefined };
};

/** Only a log that replayed to quoted registers is compared, and only after UEFI booted. */
export const judgeImage = (
  { evidence, reference, imagesJudged = true }: AppraisalInput,
  boot: Fact<BelievedBoot>,
  secureBoot: RuleResult,
): JudgedImage => {
  if (!imagesJudged && reference.images.length === 0)
    return { rules: [notChecked(RULE, 'no base image was given')], image: undefined };
  if (E.isLeft(boot)) return { rules: [notChecked(RULE, boot.left)], image: undefined };
  const { read, reading, bank, belief } = boot.right;
  const booted: Booted = { bank, log: read.log, claims: reading.claims, pcrs: evidence.pcrs.get(bank) ?? NO_REGISTERS };
  const isSecure = secureBoot.outcome === 'passed' || secureBoot.outcome === 'not-applicable';
  const choice = chooseImage(reference.images, booted, isSecure);
  if (choice._tag !== 'refused') return compared(boot.right, choice.match, secureBoot, choice._tag === 'fits');
  const unexplained = belief.replayed.outcome === 'failed';
  return {
    rules: [unexplained ? notChecked(RULE, belief.replayed.rule) : failed(RULE, choice.reasons)],
    image: undefined,
  };
};
