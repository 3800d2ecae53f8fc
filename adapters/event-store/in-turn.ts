import type { StreamId } from '../../domain/ledger/envelope.js';
import type { LedgerWriter } from '../../domain/ledger/ledger.js';
import { createTurnstile } from './turnstile.js';

/** One queue per stream; a stream without work leaves nothing behind. Of all streams' works a few begin at once. */
export const createInTurn = (): LedgerWriter['inTurn'] => {
  const last = new Map<StreamId, Promise<unknown>>();
  const admitted = createTurnstile();
  return (stream, work) => () => {
    const mine = (last.get(stream) ?? Promise.resolve()).then(admitted).then(work);
    const done: Promise<unknown> = mine.then(
      () => undefined,
      () => undefined,
    );
    last.set(stream, done);
    void done.then(() => (last.get(stream) === done ? last.delete(stream) : false));
    return mine;
  };
};
