import type { Appraise } from './appraiser.js';
import { appraise as version1 } from './v1/appraise.js';

/** All versions that ever made a verdict: each is kept, so that any verdict can be made again as it was made. */
export const appraisers: Readonly<Record<number, Appraise>> = { 1: version1 };

export const LATEST_APPRAISER = 1;
