import * as t from 'io-ts';

/** Roles that a person or program may be given; hosts and the authority itself are never granted. */
export const OperatorRole = t.keyof({
  'trust-administrator': null,
  'workload-administrator': null,
  'key-administrator': null,
  auditor: null,
});
export type OperatorRole = t.TypeOf<typeof OperatorRole>;
