import * as E from 'fp-ts/lib/Either.js';
import type { ProviderCommand, ProviderRejection } from './commands.js';
import type { ProviderEvent } from './events.js';
import type { ProviderState } from './state.js';

type Of<T extends ProviderCommand['type']> = Extract<ProviderCommand, { readonly type: T }>;
export type PrimaryKeyCommand = Of<
  'ChangePrimaryKey' | 'RevokePrimaryKey' | 'DestroyPrimaryKey' | 'ConfirmPrimaryKeyEnd'
>;
type Decided = E.Either<ProviderRejection, ReadonlyArray<ProviderEvent>>;

const record = (event: ProviderEvent): Decided => E.right([event]);
const nothingNew: Decided = E.right([]);
const unknown = (primaryKeyId: string): Decided => E.left({ _tag: 'PrimaryKeyUnknown', primaryKeyId });
const unusable = (primaryKeyId: string, rule: string): Decided =>
  E.left({ _tag: 'PrimaryKeyUnusable', primaryKeyId, rule });

const change = ({ primaryKey }: Of<'ChangePrimaryKey'>, state: ProviderState): Decided => {
  if (primaryKey === state.primaryKey) return E.left({ _tag: 'PrimaryKeyUnchanged', primaryKey });
  const ended = state.endedPrimaryKeys.get(primaryKey);
  return ended === undefined
    ? record({ type: 'PrimaryKeyChanged', data: { old: state.primaryKey ?? null, new: primaryKey } })
    : unusable(primaryKey, `is ${ended.end}`);
};

/** Compromised says more than revoked, and may follow it. */
const revoke = ({ primaryKey, compromised, reason }: Of<'RevokePrimaryKey'>, state: ProviderState): Decided => {
  if (!state.primaryKeys.includes(primaryKey)) return unknown(primaryKey);
  const end = state.endedPrimaryKeys.get(primaryKey)?.end;
  if (end === 'destroyed') return unusable(primaryKey, 'is destroyed');
  return end === 'compromised' || (end === 'revoked' && !compromised)
    ? nothingNew
    : record({ type: 'PrimaryKeyRevoked', data: { primaryKey, compromised, reason } });
};

/** After it was revoked nothing is wrapped by it any more: keys that are counted then are all that there will be. */
const destroy = (command: Of<'DestroyPrimaryKey'>, state: ProviderState): Decided => {
  const { primaryKey, force, keysInUse, countedAt, reason } = command;
  if (!state.primaryKeys.includes(primaryKey)) return unknown(primaryKey);
  const ended = state.endedPrimaryKeys.get(primaryKey);
  if (ended === undefined) return unusable(primaryKey, 'must be revoked before it is destroyed');
  if (ended.end === 'destroyed') return nothingNew;
  if (countedAt < ended.index) return unusable(primaryKey, 'was revoked after its keys were counted: ask again');
  const isCurrent = primaryKey === state.primaryKey;
  const inUse = keysInUse > 0 || isCurrent;
  if (inUse && !force) return E.left({ _tag: 'PrimaryKeyInUse', primaryKey, keys: keysInUse, isCurrent });
  const data = { primaryKey, keysInUse, countedAt, forced: inUse, reason };
  return record({ type: 'PrimaryKeyDestructionOrdered', data });
};

/** What was ordered since is not confirmed by an answer to what was ordered before. */
const confirm = ({ primaryKey, end }: Of<'ConfirmPrimaryKeyEnd'>, state: ProviderState): Decided => {
  const ended = state.endedPrimaryKeys.get(primaryKey);
  return ended?.end === end && !ended.confirmed
    ? record({ type: 'PrimaryKeyEndConfirmed', data: { primaryKey, end } })
    : nothingNew;
};

/** Primary keys of an active provider: which one wraps, and which ones do nothing any more. */
export const decidePrimaryKey = (command: PrimaryKeyCommand, state: ProviderState): Decided => {
  switch (command.type) {
    case 'ChangePrimaryKey':
      return change(command, state);
    case 'RevokePrimaryKey':
      return revoke(command, state);
    case 'DestroyPrimaryKey':
      return destroy(command, state);
    case 'ConfirmPrimaryKeyEnd':
      return confirm(command, state);
  }
};
