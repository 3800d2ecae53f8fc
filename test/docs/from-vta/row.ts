import type { Operation } from '../../../adapters/http/permissions.js';

/**
 * `done`: the same thing by another name. `different`: the need is met in another way. `new`: it had nothing like it.
 * `left out`: not here, and why. `not yet`: it belongs here and is missing.
 */
export type State = 'done' | 'different' | 'new' | 'left out' | 'not yet';

/** One thing that vSphere Trust Authority had, and what stands in its place. test/docs/from-vta.test.ts holds it against the program. */
export interface Row {
  readonly was: string;
  readonly state: State;
  /** Command lines without `sekisho` and without arguments. */
  readonly cli?: ReadonlyArray<string>;
  readonly operations?: ReadonlyArray<Operation>;
  readonly events?: ReadonlyArray<string>;
  /** Files under test/ that would fail if it broke. */
  readonly tests?: ReadonlyArray<string>;
  /** What an administrator has to know; obligatory unless it is done. */
  readonly note?: string;
}

type Rest = Omit<Row, 'was' | 'state'>;

export const done = (was: string, rest: Rest): Row => ({ was, state: 'done', ...rest });

export const different = (was: string, note: string, rest: Omit<Rest, 'note'> = {}): Row => ({
  was,
  state: 'different',
  note,
  ...rest,
});

export const added = (was: string, rest: Rest): Row => ({ was, state: 'new', ...rest });

export const leftOut = (was: string, note: string): Row => ({ was, state: 'left out', note });
