import * as t from 'io-ts';
import { closed, closedWith } from '../../../domain/encoding/closed.js';
import { Instant, Text } from '../../../domain/encoding/primitives.js';
import { Recording } from '../../../domain/guard/events.js';
import { HostId } from '../../../domain/host/host-id.js';
import { AsOf } from './answers.js';
import { ReliedOnView } from './guard.js';
import { SafeIntText, YesNo } from './queries.js';
import { ReasonedAct } from './reads.js';

const orNull = <C extends t.Mixed>(codec: C): t.UnionC<[t.NullC, C]> => t.union([t.null, codec]);

const CURSOR = /^guard\/\d{4}-\d{2}-\d{2}T\d{2}:\d{1,15}$/;
const isCursor = (u: unknown): u is string => typeof u === 'string' && CURSOR.test(u);

/** Where to go on: what `nextCursor` of the page before said. */
const Cursor = new t.Type<string>(
  'Text(64)',
  isCursor,
  (u, c) => (isCursor(u) ? t.success(u) : t.failure(u, c)),
  t.identity,
);

const Ask = t.keyof({ start: null, move: null, clone: null, restart: null, storage: null, replicate: null }, 'Ask');

/** `from` and `to`: times of answering, both ends included. */
export const DecisionsQuery = t.refinement(
  closedWith(
    {},
    {
      workload: Text(128),
      host: HostId,
      ask: Ask,
      allowed: YesNo,
      from: Instant,
      to: Instant,
      index: SafeIntText,
      at: Instant,
      cursor: Cursor,
      limit: SafeIntText,
    },
    'DecisionsQuery',
  ),
  ({ index, at }) => index === undefined || at === undefined,
  'DecisionsQuery(index or at, not both)',
);
export type DecisionsQuery = t.TypeOf<typeof DecisionsQuery>;

export const KeptDecision = t.type(
  {
    /** Of the event that holds it. */
    entry: t.number,
    recordedAt: t.string,
    asker: t.string,
    question: t.UnknownRecord,
    allowed: t.boolean,
    reasons: t.readonlyArray(t.type({ code: t.string, part: t.string })),
    reliedOn: t.readonlyArray(ReliedOnView),
    keyProvider: orNull(t.type({ provider: t.string, state: orNull(t.number) })),
    /** The ledger's last entry that it was answered from, and when. */
    index: t.number,
    at: t.string,
  },
  'KeptDecision',
);
export type KeptDecision = t.TypeOf<typeof KeptDecision>;

export const DecisionsAnswer = t.type(
  { asOf: AsOf, decisions: t.readonlyArray(KeptDecision), nextCursor: orNull(t.string) },
  'DecisionsAnswer',
);
export type DecisionsAnswer = t.TypeOf<typeof DecisionsAnswer>;

export const ChangeGuardPolicy = closed({ record: Recording, reason: Text(512) }, 'ChangeGuardPolicy');

export const GuardPolicyAnswer = t.type(
  {
    asOf: AsOf,
    record: t.string,
    /** Null: nobody changed it. */
    changed: orNull(ReasonedAct),
    /** What is kept of each who asked. */
    askers: t.readonlyArray(
      t.type({
        subject: t.string,
        allowed: t.number,
        refused: t.number,
        unrecorded: t.number,
        last: t.type({ index: t.number, time: t.string }),
      }),
    ),
  },
  'GuardPolicyAnswer',
);
export type GuardPolicyAnswer = t.TypeOf<typeof GuardPolicyAnswer>;
