import { fromBase64, isBase64, toBase64 } from '../../../../domain/encoding/bytes.js';
import { verifyConsistency } from '../../../../domain/ledger/merkle-proof.js';
import type { Hashing } from '../../../../domain/ports.js';
import type { Checkpoint } from '../../../../domain/transparency/checkpoint.js';
import { askJson } from '../ask.js';
import type { Seen } from '../pinned-log.js';
import { readOf } from '../place.js';
import { forked, open, proved, type Step } from './step.js';

const TITLE = 'The log only grew since this browser last saw it';

const hashesFrom = async (
  token: string | undefined,
  from: number,
  to: number,
): Promise<ReadonlyArray<Uint8Array> | undefined> => {
  const path = readOf('v1/ledger/consistency', {}, { from: String(from), to: String(to) });
  const reply = await askJson<{ readonly hashes: ReadonlyArray<string> }>(token, path);
  if (reply._tag !== 'Answer' || !reply.body.hashes.every(isBase64)) return undefined;
  return reply.body.hashes.map(fromBase64);
};

/** Holds what is shown now against the largest log that this browser ever proved. */
export const checkGrowth = async (
  hashing: Hashing,
  token: string | undefined,
  seen: Seen | undefined,
  { size, root }: Checkpoint,
): Promise<Step> => {
  if (seen === undefined)
    return open(TITLE, 'This browser saw no log of this authority before. From now on it remembers this one.');
  const before = `${String(seen.size)} entries at ${seen.at.slice(0, 19).replace('T', ' ')} UTC`;
  if (size < seen.size) {
    return forked(
      TITLE,
      `It has ${String(size)} entries now, and had ${before}. Either this node is behind, and will have caught up in a minute, or entries were taken away.`,
    );
  }
  if (size === seen.size) {
    return toBase64(root) === seen.root
      ? proved(TITLE, `It is the same log: ${before}.`)
      : forked(
          TITLE,
          `It has as many entries as then, ${before}, and they are other ones: somebody is shown another log.`,
        );
  }
  const hashes = await hashesFrom(token, seen.size, size);
  const older = isBase64(seen.root) ? { size: seen.size, root: fromBase64(seen.root) } : undefined;
  if (hashes === undefined || older === undefined) {
    return forked(TITLE, `The server gave no proof that it continues the log of ${before}.`);
  }
  return verifyConsistency(hashing, older, { size, root }, hashes)
    ? proved(TITLE, `The log of ${before} is the beginning of this one of ${String(size)}.`)
    : forked(
        TITLE,
        `The log of ${before} is NOT the beginning of this one of ${String(size)}: what was recorded then is gone or was changed.`,
      );
};
