import * as E from 'fp-ts/lib/Either.js';
import type { EntryEngines } from '../../domain/ledger/ledger.js';
import {
  type MessageFault,
  type ReceivedMessage,
  readCheckpointMessage,
  readEventMessage,
} from '../../domain/publication/read-message.js';
import type { ReceivedBatch } from '../../domain/publication/source.js';
import { openCheckpoint } from '../../domain/transparency/checkpoint.js';
import type { VerifierKey } from '../../domain/transparency/verifier-key.js';
import type { FollowerState } from './follower-state.js';

/** Beyond what the log has signed, so many entries may wait: whoever writes to the topic can't fill the disk. */
const MOST_AHEAD = 100_000;

/** `ahead`: so far beyond the log's end that it is not kept. `checkpoint`: a note that the log's key did not sign. */
export type Refusal = MessageFault | 'ahead' | 'checkpoint';

export interface ReceiveDeps {
  readonly engines: EntryEngines;
  readonly origin: string;
  readonly key: VerifierKey;
  readonly onRefused: (why: Refusal) => void;
  readonly onRepeated: () => void;
}

const receiveEvent = (state: FollowerState, deps: ReceiveDeps, signed: number, message: ReceivedMessage): void => {
  const read = readEventMessage(deps.engines.hashing, deps.origin, message);
  if (E.isLeft(read)) deps.onRefused(read.left);
  else if (read.right.index < state.memory.next) deps.onRepeated();
  else if (read.right.index >= Math.max(signed, state.memory.next) + MOST_AHEAD) deps.onRefused('ahead');
  else if (!state.tables.add(read.right)) deps.onRepeated();
};

const receiveCheckpoint = (state: FollowerState, deps: ReceiveDeps, message: ReceivedMessage): void => {
  const bytes = readCheckpointMessage(deps.origin, message);
  if (E.isLeft(bytes)) {
    deps.onRefused(bytes.left);
    return;
  }
  const opened = openCheckpoint(deps.engines.verifyEd25519, [deps.key], bytes.right);
  if (E.isLeft(opened) || opened.right.checkpoint.origin !== deps.origin) deps.onRefused('checkpoint');
  else if (opened.right.checkpoint.size > state.frontier.size) {
    state.tables.addNote(opened.right.checkpoint.size, bytes.right);
  }
};

/** Takes a batch in: what can be told to be wrong at once is counted and forgotten, the rest waits on disk for its tree. */
export const receive = (state: FollowerState, deps: ReceiveDeps, batch: ReceivedBatch): void => {
  const signed = state.tables.notes()[0]?.size ?? 0;
  state.tables.together(() => {
    for (const message of batch.messages) {
      if (batch.kind === 'events') receiveEvent(state, deps, signed, message);
      else receiveCheckpoint(state, deps, message);
    }
    state.tables.setOffset(batch.kind, batch.partition, batch.next);
  });
};
