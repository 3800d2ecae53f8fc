import type { LedgerEvent } from '../domain/catalogue.js';
import { initialGuard } from '../domain/guard/decider.js';
import type { Recording, WorkloadsDecided } from '../domain/guard/events.js';
import type { Recorded } from '../domain/ledger/envelope.js';
import type { Mark } from './host-trust-row.js';
import { type Change, NOTHING, type Projection } from './projection.js';
import { actOf } from './reference.js';
import type { Act } from './reference-row.js';

/** Which answers are kept, and who said so why. */
export interface GuardPolicyRow {
  readonly kind: 'policy';
  readonly record: Recording;
  readonly changed: Act & { readonly reason: string };
}

/** What is kept of one asker. `unrecorded`: refusals that were given and not kept, because there were too many. */
export interface GuardAskerRow {
  readonly kind: 'asker';
  readonly subject: string;
  readonly allowed: number;
  readonly refused: number;
  readonly unrecorded: number;
  readonly last: Mark;
}

/** A stream of answers: where it begins in the ledger and ends in itself. */
export interface GuardStreamRow {
  readonly kind: 'stream';
  readonly stream: string;
  readonly first: number;
  readonly revision: number;
}

export type GuardRow = GuardPolicyRow | GuardAskerRow | GuardStreamRow;
export type AllGuardRows = ReadonlyMap<string, GuardRow>;

export const GUARD_POLICY_KEY = 'policy';

/** What is kept now: what is kept from the beginning, if nobody said anything else. */
export const recordingOf = (rows: AllGuardRows): Recording => {
  const row = rows.get(GUARD_POLICY_KEY);
  return row?.kind === 'policy' ? row.record : initialGuard.record;
};

type Changes = ReadonlyArray<Change<GuardRow>>;

const decided = (rows: AllGuardRows, recorded: Recorded<LedgerEvent>, { data }: WorkloadsDecided): Changes => {
  const { actor, index, recordedAt: time, stream, revision } = recorded;
  const askerKey = `asker/${actor.subject}`;
  const before = rows.get(askerKey);
  const counts = before?.kind === 'asker' ? before : { allowed: 0, refused: 0, unrecorded: 0 };
  const allowed = data.decisions.filter((each) => each.allowed).length;
  const asker: GuardAskerRow = {
    kind: 'asker',
    subject: actor.subject,
    allowed: counts.allowed + allowed,
    refused: counts.refused + data.decisions.length - allowed,
    unrecorded: counts.unrecorded + data.unrecorded,
    last: { index, time },
  };
  const begun = rows.get(stream);
  const first = begun?.kind === 'stream' ? begun.first : index;
  return [
    [askerKey, asker],
    [stream, { kind: 'stream', stream, first, revision }],
  ];
};

/** What the workload guard keeps, who was answered how often, and in which streams the answers are. */
export const guard: Projection<GuardRow, LedgerEvent> = {
  name: 'guard',
  version: 1,
  evolve: (rows, recorded) => {
    const { event } = recorded;
    if (event.type === 'WorkloadsDecided') return decided(rows, recorded, event);
    if (event.type !== 'GuardPolicyChanged') return NOTHING;
    const { record, reason } = event.data;
    return [[GUARD_POLICY_KEY, { kind: 'policy', record, changed: { ...actOf(recorded), reason } }]];
  },
};
