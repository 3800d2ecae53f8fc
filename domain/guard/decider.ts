import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { type PermissionRequired, requirePermission } from '../access/require-permission.js';
import type { Decider } from '../ledger/decider.js';
import type { Actor } from '../ledger/envelope.js';
import {
  type GuardEvent,
  MOST_DECISIONS,
  type RecordedDecision,
  type Recording,
  type WorkloadsDecided,
} from './events.js';

export type GuardCommand = { readonly by: Actor } & (
  | { readonly type: 'ChangeGuardPolicy'; readonly record: Recording; readonly reason: string }
  | {
      readonly type: 'RecordDecisions';
      readonly recording: Recording;
      readonly decisions: ReadonlyArray<RecordedDecision>;
      readonly unrecorded: number;
    }
);

/** Which answers are kept; of the answers themselves nothing has to be remembered. */
export interface GuardState {
  readonly record: Recording;
}

/** Refusals are kept from the beginning. */
export const initialGuard: GuardState = { record: 'refusals' };

type Of<T extends GuardCommand['type']> = Extract<GuardCommand, { readonly type: T }>;

const change = ({ by, record, reason }: Of<'ChangeGuardPolicy'>, { record: was }: GuardState) =>
  pipe(
    requirePermission(by, 'ManageTrustedHosts'),
    E.map(
      (): ReadonlyArray<GuardEvent> =>
        record === was ? [] : [{ type: 'GuardPolicyChanged', data: { was, record, reason } }],
    ),
  );

/** As few events as they fit into; what was left out before is said in the first. */
const kept = ({ recording, decisions, unrecorded }: Of<'RecordDecisions'>): ReadonlyArray<WorkloadsDecided> =>
  Array.from({ length: Math.ceil(decisions.length / MOST_DECISIONS) }, (_, i) => ({
    type: 'WorkloadsDecided',
    data: {
      recording,
      decisions: decisions.slice(i * MOST_DECISIONS, (i + 1) * MOST_DECISIONS),
      unrecorded: i === 0 ? unrecorded : 0,
    },
  }));

/** What is recorded of the guard: its policy in one stream, its answers in another. */
export const guardDecider: Decider<GuardState, GuardCommand, GuardEvent, PermissionRequired> = {
  initial: initialGuard,
  decide: (command, state) =>
    command.type === 'ChangeGuardPolicy'
      ? change(command, state)
      : pipe(
          requirePermission(command.by, 'AskGuard'),
          E.map(() => kept(command)),
        ),
  evolve: (state, { event }) => (event.type === 'GuardPolicyChanged' ? { record: event.data.record } : state),
};
