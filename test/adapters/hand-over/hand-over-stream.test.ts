import fc from 'fast-check';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { describe, expect, it } from 'vitest';
import type { KurrentClient, KurrentEvent } from '../../../adapters/event-store/kurrent/client.js';
import { createHandOverStream } from '../../../adapters/hand-over/hand-over-stream.js';
import type { HandOverMessage } from '../../../domain/hand-over/messages.js';
import { right } from '../../support/ledger.js';

const MESSAGE: HandOverMessage = {
  v: 1,
  type: 'KeysHeld',
  authority: 'a'.repeat(16),
  kid: 'b'.repeat(16),
  keys: ['c'.repeat(16)],
  sig: 'AAAA',
};

/** One stream as the cluster keeps it: by exact revisions, perhaps without its beginning. */
const memoryStream = () => {
  const kept: Array<KurrentEvent> = [];
  let next = 0;
  const put = (bytes: Uint8Array): void => {
    const rest = { id: '', type: 'x', json: undefined, metadata: undefined, position: undefined };
    kept.push({ stream: 'keys', revision: next++, bytes, ...rest });
  };
  const client: Pick<KurrentClient, 'append' | 'read'> = {
    append: (_, expected, events) => {
      if (expected !== next - 1) return TE.left({ _tag: 'WrongRevision', actual: next - 1 });
      for (const { bytes } of events) put(bytes);
      return TE.right(undefined);
    },
    read: (_, { from, limit }) =>
      TE.right(kept.filter(({ revision }) => from !== 'end' && revision >= from).slice(0, limit)),
  };
  return { put, forget: () => void kept.splice(0), open: () => createHandOverStream(client, 'keys') };
};

describe('what nodes tell each other of keys', () => {
  it('is heard once by each, in one order, and nobody speaks over what he has not heard', async () => {
    const { open } = memoryStream();
    const [one, two] = [open(), open()];
    expect(right(await one.say(MESSAGE)())).toBe(true);
    expect(right(await two.say(MESSAGE)())).toBe(false);
    expect(right(await two.news())).toEqual([MESSAGE]);
    expect(right(await two.news())).toEqual([]);
    expect(right(await two.say({ ...MESSAGE, keys: [] })())).toBe(true);
    expect(right(await one.news())).toEqual([MESSAGE, { ...MESSAGE, keys: [] }]);
  });

  it('is passed over where it is no message, whatever stands there', async () => {
    const { put, open } = memoryStream();
    const junk = fc.sample(
      fc.oneof(
        fc.uint8Array({ maxLength: 200 }),
        fc.json().map((text) => new TextEncoder().encode(text)),
        fc.constant(new TextEncoder().encode(JSON.stringify({ ...MESSAGE, more: 1 }))),
        fc.constant(new TextEncoder().encode(JSON.stringify({ ...MESSAGE, keys: Array(49).fill('c'.repeat(16)) }))),
        fc.constant(new Uint8Array(200_000).fill(32)),
      ),
      400,
    );
    for (const bytes of junk) put(bytes);
    put(new TextEncoder().encode(JSON.stringify(MESSAGE)));
    expect(right(await open().news())).toEqual([MESSAGE]);
  });

  it('goes on behind what retention took away', async () => {
    const { put, forget, open } = memoryStream();
    for (let i = 0; i < 3; i++) put(new Uint8Array(1));
    forget();
    const stream = open();
    expect(right(await stream.news())).toEqual([]);
    expect(right(await stream.say(MESSAGE)())).toBe(false);
    expect(right(await stream.news())).toEqual([]);
    expect(right(await stream.say(MESSAGE)())).toBe(true);
    expect(right(await stream.news())).toEqual([MESSAGE]);
  });
});
