import * as E from 'fp-ts/lib/Either.js';
import type { Decider } from '../ledger/decider.js';
import type { StreamId } from '../ledger/envelope.js';
import type { BindingEvent } from './events.js';

/** Which host an endorsement key belongs to. */
export interface BindingState {
  readonly host: string | undefined;
}

export type BindingCommand =
  | { readonly type: 'BindEndorsementKey'; readonly host: string }
  | { readonly type: 'UnbindEndorsementKey'; readonly host: string; readonly reason: string };

export interface EndorsementKeyTaken {
  readonly _tag: 'EndorsementKeyTaken';
  readonly endorsementKey: string;
}

export const bindingStream = (endorsementKey: string): StreamId => `endorsement-key/${endorsementKey}`;

/** Who holds the key elsewhere is not said: whoever asks is not yet known to be anybody. */
export const bindingDecider = (
  endorsementKey: string,
): Decider<BindingState, BindingCommand, BindingEvent, EndorsementKeyTaken> => ({
  initial: { host: undefined },
  decide: (command, state) => {
    const isBoundHere = state.host === command.host;
    switch (command.type) {
      case 'BindEndorsementKey':
        if (isBoundHere) return E.right([]);
        return state.host === undefined
          ? E.right([{ type: 'EndorsementKeyBound', data: { host: command.host } }])
          : E.left({ _tag: 'EndorsementKeyTaken', endorsementKey });
      case 'UnbindEndorsementKey':
        return E.right(
          isBoundHere ? [{ type: 'EndorsementKeyUnbound', data: { host: command.host, reason: command.reason } }] : [],
        );
    }
  },
  evolve: (_, { event }) => ({ host: event.type === 'EndorsementKeyBound' ? event.data.host : undefined }),
});
