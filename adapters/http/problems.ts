import { ACCESS_PROBLEMS } from './access-problems.js';
import type { ApiError } from './api-error.js';
import { CLUSTER_PROBLEMS } from './cluster-problems.js';
import { INVENTORY_PROBLEMS } from './inventory-problems.js';
import { KEY_PROBLEMS } from './key-problems.js';
import { LEDGER_PROBLEMS } from './ledger-problems.js';
import type { Problem } from './problem.js';
import { REQUEST_PROBLEMS } from './request-problems.js';
import { WORKFLOW_PROBLEMS } from './workflow-problems.js';

type Table = { readonly [Tag in ApiError['_tag']]: (error: Extract<ApiError, { readonly _tag: Tag }>) => Problem };

/** Every error that can reach the surface, as a problem. A new tag without a line here does not compile. */
const PROBLEMS: Table = {
  ...REQUEST_PROBLEMS,
  ...ACCESS_PROBLEMS,
  ...WORKFLOW_PROBLEMS,
  ...KEY_PROBLEMS,
  ...CLUSTER_PROBLEMS,
  ...INVENTORY_PROBLEMS,
  ...LEDGER_PROBLEMS,
};

export const problemOf = (error: ApiError): Problem => {
  const describe = PROBLEMS[error._tag] as (error: ApiError) => Problem;
  return describe(error);
};
