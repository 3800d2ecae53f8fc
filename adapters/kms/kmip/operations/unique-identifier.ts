import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { type Read, required } from '../ttlv/fields.js';
import type { Item } from '../ttlv/item.js';

/** Longer than any server's, and short enough for the header of a ciphertext. */
const LONGEST_ID = 255;

/** An object's id as the server says it: text that we keep, so it is held to a rule of ours. */
export const readIdentifier = (items: ReadonlyArray<Item>): Read<string> =>
  pipe(
    required(items, 'UniqueIdentifier', 'text'),
    E.flatMap(({ text }) =>
      /^[\x21-\x7e]+$/.test(text) && text.length <= LONGEST_ID
        ? E.right(text)
        : E.left(`UniqueIdentifier must be at most ${LONGEST_ID} visible ASCII characters`),
    ),
  );

/** That the answer is about the object that was asked for. */
export const checkIdentifier = (items: ReadonlyArray<Item>, asked: string): Read<void> =>
  pipe(
    required(items, 'UniqueIdentifier', 'text'),
    E.flatMap(({ text }) =>
      text === asked ? E.right(undefined) : E.left('UniqueIdentifier must be the one asked for'),
    ),
  );
