import type { KeyAccess } from './key-access.js';
import { eraseWrappingKey } from './wrapping-key.js';

/** The one access to keys that a running agent has, and which keys went through it: the authority is asked about them. */
export interface HeldAccess {
  readonly current: () => KeyAccess | undefined;
  /** Erases the wrapping key of the access before. */
  readonly replace: (access: KeyAccess) => void;
  /** The same access under a newer token. */
  readonly renew: (token: string, expiresAt: string) => void;
  readonly drop: () => void;
  readonly released: (keyId: string) => void;
  /** Called whenever `keys` grew; the last one given counts. */
  readonly whenReleased: (heed: () => void) => void;
  /** The newest. */
  readonly keys: () => ReadonlyArray<string>;
  readonly forget: (keyIds: ReadonlyArray<string>) => void;
}

/** As many as the authority answers for at once. */
const MOST_KEYS = 16;

export const holdAccess = (): HeldAccess => {
  let held: KeyAccess | undefined;
  let keys: ReadonlyArray<string> = [];
  let heard: () => void = () => undefined;
  const erase = (): void => {
    if (held !== undefined) eraseWrappingKey(held.wrappingKey);
    held = undefined;
  };
  return {
    current: () => held,
    replace: (access) => {
      erase();
      held = access;
    },
    renew: (token, expiresAt) => {
      if (held !== undefined) held = { ...held, token, expiresAt };
    },
    drop: erase,
    released: (keyId) => {
      const known = keys.includes(keyId);
      keys = [...keys.filter((each) => each !== keyId), keyId].slice(-MOST_KEYS);
      if (!known) heard();
    },
    whenReleased: (heed) => {
      heard = heed;
    },
    keys: () => keys,
    forget: (keyIds) => {
      keys = keys.filter((each) => !keyIds.includes(each));
    },
  };
};
