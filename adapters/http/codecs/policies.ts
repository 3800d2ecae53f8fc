import * as t from 'io-ts';
import { AttestationPolicy } from '../../../domain/appraisal/policy.js';
import { closedWith } from '../../../domain/encoding/closed.js';
import { isInstant } from '../../../domain/encoding/instant.js';
import { AsOf } from './answers.js';
import { SafeIntText } from './queries.js';
import { Act } from './reads.js';

/** A moment in one word: a ledger index, or an instant. */
export type MomentText = { readonly index: number } | { readonly at: string };

const readMoment = (text: string): MomentText | undefined => {
  if (isInstant(text)) return { at: text };
  return /^\d{1,15}$/.test(text) ? { index: Number(text) } : undefined;
};

const MomentText = new t.Type<MomentText, string, unknown>(
  'a ledger index or an instant',
  (u): u is MomentText => typeof u === 'object' && u !== null && ('index' in u || 'at' in u),
  (u, c) => {
    const moment = typeof u === 'string' ? readMoment(u) : undefined;
    return moment === undefined ? t.failure(u, c) : t.success(moment);
  },
  (moment) => ('index' in moment ? String(moment.index) : moment.at),
);

/** `to` absent: now. */
export const PolicyDiffQuery = closedWith({ from: MomentText }, { to: MomentText }, 'PolicyDiffQuery');

/** `cursor`: a ledger index to go on below. */
export const PolicyHistoryQuery = closedWith({}, { cursor: SafeIntText, limit: SafeIntText }, 'PolicyHistoryQuery');

const orNull = <C extends t.Mixed>(codec: C): t.UnionC<[t.NullC, C]> => t.union([t.null, codec]);

/** A value that is absent was no rule of that policy. */
const RuleChange = t.intersection([t.type({ rule: t.string }), t.partial({ before: t.unknown, after: t.unknown })]);

export const PolicyHistoryAnswer = t.type(
  {
    asOf: AsOf,
    /** Newest first; each with what it changed of the one before it, the built-in policy at the beginning. */
    policies: t.readonlyArray(
      t.type({ changed: Act, policy: AttestationPolicy, changes: t.readonlyArray(RuleChange) }, 'PolicyOfThen'),
    ),
    nextCursor: orNull(t.number),
  },
  'PolicyHistoryAnswer',
);
export type PolicyHistoryAnswer = t.TypeOf<typeof PolicyHistoryAnswer>;

const Side = t.type({ asOf: AsOf, changed: orNull(Act) }, 'PolicySide');

export const PolicyDiffAnswer = t.type(
  { from: Side, to: Side, changes: t.readonlyArray(RuleChange) },
  'PolicyDiffAnswer',
);
export type PolicyDiffAnswer = t.TypeOf<typeof PolicyDiffAnswer>;
