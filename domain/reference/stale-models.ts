import type { AttestationPolicy } from '../appraisal/policy.js';
import { plusSeconds } from '../encoding/instant.js';

const DAY_SECONDS = 86_400;

/**
 * Whether what was listed as of `asOf` is too old to go by, says the policy. It decides nothing: a model that is good is not
 * bad because nobody looked it up again, but somebody has to.
 */
export const isStaleListing = (asOf: string, { modelListMaxAgeDays: days }: AttestationPolicy, now: string): boolean =>
  days !== undefined && plusSeconds(asOf, days * DAY_SECONDS) < now;
