import { plusSeconds } from '../encoding/instant.js';
import type { Recorded } from '../ledger/envelope.js';
import type { ReleaseAsked, ReleaseEvent } from './events.js';

/** A refusal by all that tells it from others. */
interface Refusal {
  readonly print: string;
  readonly at: string;
}

/** What a host's stream remembers of its releases, as far as the next decision needs it. */
export interface ReleaseMemory {
  /** Releases that were authorised with tokens of the current verdict, by provider. */
  readonly uses: ReadonlyMap<string, number>;
  /** Authorised and neither delivered nor failed yet. */
  readonly open: ReadonlyMap<string, ReleaseAsked>;
  /** The newest recorded ones. */
  readonly refusals: ReadonlyArray<Refusal>;
}

export const noReleases: ReleaseMemory = { uses: new Map(), open: new Map(), refusals: [] };

/** What a crash left open is forgotten behind so many others. */
const MOST_OPEN = 64;
const MOST_REFUSALS = 12;
const REFUSAL_SECONDS = 60;

export const printOf = ({ operation, provider, key, token }: ReleaseAsked, codes: ReadonlyArray<string>): string =>
  [operation, provider, key ?? '', token.id, ...codes].join('\n');

/** A host that asks in a loop must not fill the ledger: alike ones, and more than so many of any kind a minute, are only counted. */
export const isWorthRecording = ({ refusals }: ReleaseMemory, print: string, at: string): boolean => {
  const recent = refusals.filter((refusal) => plusSeconds(refusal.at, REFUSAL_SECONDS) > at);
  return recent.length < MOST_REFUSALS && recent.every((refusal) => refusal.print !== print);
};

const without = <V>(map: ReadonlyMap<string, V>, key: string): ReadonlyMap<string, V> =>
  new Map([...map].filter(([each]) => each !== key));

export const evolveReleases = (memory: ReleaseMemory, { event, recordedAt }: Recorded<ReleaseEvent>): ReleaseMemory => {
  switch (event.type) {
    case 'KeyReleaseAuthorised': {
      const { asked } = event.data;
      const uses = new Map(memory.uses).set(asked.provider, (memory.uses.get(asked.provider) ?? 0) + 1);
      const open = new Map([...memory.open, [asked.release, asked] as const].slice(-MOST_OPEN));
      return { ...memory, uses, open };
    }
    case 'KeyReleaseRefused': {
      const { asked, reasons } = event.data;
      const print = printOf(
        asked,
        reasons.map(({ code }) => code),
      );
      return { ...memory, refusals: [...memory.refusals, { print, at: recordedAt }].slice(-MOST_REFUSALS) };
    }
    case 'KeyDelivered':
    case 'KeyDeliveryFailed':
      return { ...memory, open: without(memory.open, event.data.release) };
  }
};

/** A new verdict comes with new tokens. */
export const withoutUses = (memory: ReleaseMemory): ReleaseMemory => ({ ...memory, uses: new Map() });
