import * as E from 'fp-ts/lib/Either.js';
import { equalBytes, fromHex } from '../../domain/encoding/bytes.js';
import type { EntryEngines } from '../../domain/ledger/ledger.js';
import type { LoadFault } from '../../domain/ledger/load-stream.js';
import { appendLeaf } from '../../domain/ledger/merkle.js';
import { startWalk, type Walk, type WalkFault } from '../../domain/publication/walk.js';
import type { Checkpoint } from '../../domain/transparency/checkpoint.js';
import { foldEntries } from '../projection-store/fold.js';
import type { Waiting } from './follow-tables.js';
import { type FollowerState, saveTree } from './follower-state.js';

const PAGE = 2_000;

export type SettleFault =
  /** What waits makes another tree than the signed one, although every signature holds: entries are in the wrong places. */
  { readonly _tag: 'TreeDiffers'; readonly size: number } | LoadFault;

export interface SettleDeps {
  readonly engines: EntryEngines;
  readonly pinned: string;
  /** An entry was thrown away, and for this reason. */
  readonly onRefused: (tag: WalkFault['_tag']) => void;
}

const refuse = (
  { tables }: FollowerState,
  { onRefused }: SettleDeps,
  { index, leaf }: Waiting,
  fault: WalkFault,
): void => {
  tables.drop(index, leaf);
  onRefused(fault._tag);
};

/** For indexes with a choice: the leaf that was taken. */
type Choices = Map<number, string>;

interface Pass {
  readonly walk: Walk;
  readonly choices: Choices;
  readonly strict: boolean;
}

/** All entries of one index. Where there is a choice, only a valid signature is chosen; what is refused is dropped. */
const takeOne = (state: FollowerState, deps: SettleDeps, pass: Pass, candidates: ReadonlyArray<Waiting>): boolean => {
  for (const candidate of candidates) {
    const result = pass.walk.take(candidate, pass.strict || candidates.length > 1);
    if (E.isRight(result)) {
      if (candidates.length > 1) pass.choices.set(candidate.index, candidate.leaf);
      return true;
    }
    refuse(state, deps, candidate, result.left);
  }
  return false;
};

const byIndex = (page: ReadonlyArray<Waiting>): ReadonlyArray<ReadonlyArray<Waiting>> => {
  const groups: Array<Array<Waiting>> = [];
  for (const entry of page) {
    const last = groups.at(-1);
    if (last?.[0]?.index === entry.index) last.push(entry);
    else groups.push([entry]);
  }
  return groups;
};

const breath = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

/** Walks to `size`. False: something is missing, or was refused on the way. */
const walkTo = async (state: FollowerState, deps: SettleDeps, pass: Pass, size: number): Promise<boolean> => {
  const { walk } = pass;
  while (walk.size() < size) {
    const page = state.tables.from(walk.size(), PAGE);
    const last = page.at(-1)?.index ?? -1;
    // The last index of a full page may go on in the next one.
    const whole = page.length < PAGE ? page : page.filter(({ index }) => index < last);
    if (whole.length === 0) return false;
    for (const candidates of byIndex(whole)) {
      if (walk.size() >= size) return true;
      if (!takeOne(state, deps, pass, candidates)) return false;
    }
    await breath();
  }
  return true;
};

/** The entries are in a tree that the log signed: into the read models with them, a page and its place at a time. */
const apply = async (state: FollowerState, deps: SettleDeps, size: number): Promise<E.Either<SettleFault, void>> => {
  const { hashing } = deps.engines;
  const { memory, tables, writer } = state;
  while (state.frontier.size < size) {
    const page = tables.from(memory.next, Math.min(PAGE, size - memory.next));
    const frontier = page.reduce((grown, { leaf }) => appendLeaf(hashing, grown, fromHex(leaf)), state.frontier);
    const batch = foldEntries(hashing, memory, page);
    if (E.isLeft(batch)) return batch;
    writer.write(batch.right, memory, () => {
      saveTree(state, frontier, state.keyring);
      tables.dropBelow(memory.next);
      tables.dropNotesUpTo(frontier.size);
    });
    state.frontier = frontier;
    await breath();
  }
  return E.right(undefined);
};

const check = async (
  state: FollowerState,
  deps: SettleDeps,
  { size, root }: Checkpoint,
  strict: boolean,
): Promise<'incomplete' | 'differs' | Pass> => {
  const walk = startWalk(deps.engines, deps.pinned, { ...state, tips: state.memory.tips });
  const pass = { walk, choices: new Map<number, string>(), strict };
  if (!(await walkTo(state, deps, pass, size))) return 'incomplete';
  return equalBytes(walk.root(), root) ? pass : 'differs';
};

/**
 * Brings the read models to a signed checkpoint, or leaves them as they are. First the hash chains and the tree alone, which
 * is fast; where they don't fit, signature by signature, which names and drops what is forged. Right false: entries are missing.
 */
export const settle = async (
  state: FollowerState,
  deps: SettleDeps,
  checkpoint: Checkpoint,
): Promise<E.Either<SettleFault, boolean>> => {
  const fast = await check(state, deps, checkpoint, false);
  const pass = fast === 'differs' ? await check(state, deps, checkpoint, true) : fast;
  if (pass === 'incomplete') return E.right(false);
  if (pass === 'differs') return E.left({ _tag: 'TreeDiffers', size: checkpoint.size });
  const tips = pass.walk.verifyTips();
  if (E.isLeft(tips)) return tips;
  state.keyring = pass.walk.keyring();
  for (const [index, leaf] of pass.choices) state.tables.keepOnly(index, leaf);
  const applied = await apply(state, deps, checkpoint.size);
  return E.isLeft(applied) ? applied : E.right(true);
};
