import * as E from 'fp-ts/lib/Either.js';
import type { Appraise } from '../appraisal/appraiser.js';
import { appraisers } from '../appraisal/appraisers.js';

/** A verdict of a version that this program does not have: it can be read, and not made again. */
export interface AppraiserUnknown {
  readonly _tag: 'AppraiserUnknown';
  readonly version: number;
}

export const appraiserOf = (version: number): E.Either<AppraiserUnknown, Appraise> =>
  E.fromNullable<AppraiserUnknown>({ _tag: 'AppraiserUnknown', version })(appraisers[version]);
