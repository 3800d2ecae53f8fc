import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { closed } from '../../domain/encoding/closed.js';
import { decode } from '../../domain/encoding/explain.js';
import { parseJson } from '../../domain/encoding/json.js';
import { SafeInt, Text } from '../../domain/encoding/primitives.js';

const Turn = closed({ v: t.literal(1), target: Text(1024), epoch: SafeInt, published: SafeInt }, 'PublisherTurn');

/** Whose turn it is to publish to which topics, and how far that came. */
export type Turn = t.TypeOf<typeof Turn>;

/** Undefined also for a text that is none: everything is sent again, which does no harm. */
export const turnIn = (text: string): Turn | undefined => {
  const json = parseJson(text);
  const turn = E.isLeft(json) ? undefined : decode(Turn)(json.right);
  return turn !== undefined && E.isRight(turn) ? turn.right : undefined;
};

/** Beginning a turn ends every earlier one. For other topics, publishing begins with the first event. */
export const nextTurn = (before: Turn | undefined, target: string): Turn => ({
  v: 1,
  target,
  epoch: (before?.epoch ?? 0) + 1,
  published: before?.target === target ? before.published : 0,
});
