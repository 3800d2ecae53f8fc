/** What this browser holds on to of a log: whose it is, and the largest of it that was ever seen and proved here. */
export interface PinnedLog {
  readonly vkey: string;
  /** `first use`: the server was taken at its word once. `hand`: somebody brought the key by another way. */
  readonly how: 'first use' | 'hand';
  readonly since: string;
  readonly seen: Seen | undefined;
  /** Witnesses that are asked for, as lines of a C2SP tlog-policy; empty: none. */
  readonly policy: string;
}

export interface Seen {
  readonly size: number;
  /** Base64. */
  readonly root: string;
  readonly at: string;
}

const PLACE = 'sekisho-log';

const textIn = (value: object, name: string): string => {
  const found: unknown = Object.entries(value).find(([key]) => key === name)?.[1];
  return typeof found === 'string' ? found : '';
};

const seenIn = (value: unknown): Seen | undefined => {
  if (typeof value !== 'object' || value === null || !('size' in value)) return undefined;
  const { size } = value;
  return typeof size === 'number' && Number.isSafeInteger(size)
    ? { size, root: textIn(value, 'root'), at: textIn(value, 'at') }
    : undefined;
};

/** What was kept is read with the same care as anything else that may have been changed meanwhile. */
export const pinnedLog = (): PinnedLog | undefined => {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(PLACE) ?? 'null');
    if (typeof value !== 'object' || value === null || textIn(value, 'vkey') === '') return undefined;
    return {
      vkey: textIn(value, 'vkey'),
      how: textIn(value, 'how') === 'hand' ? 'hand' : 'first use',
      since: textIn(value, 'since'),
      seen: 'seen' in value ? seenIn(value.seen) : undefined,
      policy: textIn(value, 'policy'),
    };
  } catch {
    return undefined;
  }
};

/** False: this browser keeps nothing, so the next check can not be held against this one. */
export const pinLog = (log: PinnedLog | undefined): boolean => {
  try {
    if (log === undefined) localStorage.removeItem(PLACE);
    else localStorage.setItem(PLACE, JSON.stringify(log));
    return true;
  } catch {
    return false;
  }
};
