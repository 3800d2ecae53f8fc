import { readFile } from 'node:fs/promises';
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { closed } from '../../../domain/encoding/closed.js';
import { decode } from '../../../domain/encoding/explain.js';
import { parseJson } from '../../../domain/encoding/json.js';
import { SafeInt } from '../../../domain/encoding/primitives.js';
import { Uuid } from '../../../domain/ledger/envelope.js';
import { replaceFile } from '../../files/durable-file.js';
import type { Position } from './client.js';

const DIGITS = /^[0-9]{1,20}$/;
const isDigits = (u: unknown): u is string => typeof u === 'string' && DIGITS.test(u);
const Digits = new t.Type<string>(
  'Digits',
  isDigits,
  (u, c) => (isDigits(u) ? t.success(u) : t.failure(u, c)),
  t.identity,
);

const Kept = closed({ v: t.literal(1), index: SafeInt, id: Uuid, commit: Digits, prepare: Digits }, 'Position');

/** Up to where `$all` was followed: the position of the entry that got this index. */
export interface FollowedTo {
  readonly index: number;
  readonly id: string;
  readonly position: Position;
}

/** Undefined also for a file that is none: then everything is followed again, which changes nothing. */
export const readFollowedTo = async (file: string): Promise<FollowedTo | undefined> => {
  const text = await readFile(file, 'utf8').catch(() => '');
  const json = parseJson(text);
  if (E.isLeft(json)) return undefined;
  const kept = decode(Kept)(json.right);
  if (E.isLeft(kept)) return undefined;
  const { index, id, commit, prepare } = kept.right;
  return { index, id, position: { commit: BigInt(commit), prepare: BigInt(prepare) } };
};

export const writeFollowedTo = (file: string, { index, id, position }: FollowedTo): Promise<void> => {
  const [commit, prepare] = [position.commit.toString(), position.prepare.toString()];
  return replaceFile(file, `${JSON.stringify({ v: 1, index, id, commit, prepare })}\n`);
};
