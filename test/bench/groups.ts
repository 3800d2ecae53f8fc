import { appends } from './appends.js';
import { appraisals } from './appraisals.js';
import { attestations } from './attestations.js';
import type { BenchGroup } from './figure.js';

/** In the order in which they run. */
export const GROUPS: ReadonlyArray<BenchGroup> = [appraisals, appends, attestations];
