import type { InventoryError } from './api-error.js';
import type { Problem } from './problem.js';
import { problem } from './request-problems.js';

type Table = {
  readonly [Tag in InventoryError['_tag']]: (error: Extract<InventoryError, { readonly _tag: Tag }>) => Problem;
};

/** What is refused of a management server's word: nothing was written. */
export const INVENTORY_PROBLEMS: Table = {
  InventoryUnknown: ({ inventory }) =>
    problem(404, 'InventoryUnknown', 'No such inventory', `Nothing was ever read under the name ${inventory}.`),
  InventoryOfOtherServer: ({ inventory }) =>
    problem(
      409,
      'InventoryOfOtherServer',
      'Another server',
      `${inventory} is another management server, by its own identity; give this one a name of its own.`,
    ),
  InventoryContradictory: ({ rule }) =>
    problem(422, 'InventoryContradictory', 'Contradicts itself', `The observation ${rule}.`),
};
