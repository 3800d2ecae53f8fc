import type { OperationName } from '../messages/enumerations.js';
import type { Version } from '../messages/version.js';
import type { Read } from '../ttlv/fields.js';
import type { Item } from '../ttlv/item.js';

/**
 * One request with its arguments, and how its answer is read. `read` takes exactly what the specification lists, and
 * vendors' extensions; what it gives back is a copy, as the answer is erased.
 */
export interface Operation<A> {
  readonly name: OperationName;
  /** Whether asking again when no answer came is as good as asking once. */
  readonly isRepeatable: boolean;
  readonly payload: (version: Version) => ReadonlyArray<Item>;
  readonly read: (payload: ReadonlyArray<Item>) => Read<A>;
}
