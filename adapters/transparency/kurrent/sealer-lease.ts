import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { fromUtf8, utf8 } from '../../../domain/encoding/bytes.js';
import { closed } from '../../../domain/encoding/closed.js';
import { decode } from '../../../domain/encoding/explain.js';
import { parseJson } from '../../../domain/encoding/json.js';
import { SafeInt, Text } from '../../../domain/encoding/primitives.js';
import type { KurrentClient } from '../../event-store/kurrent/client.js';
import { type LastEvent, putNext, readLast } from './last-event.js';

const Lease = closed({ v: t.literal(1), node: Text(128), term: SafeInt, left: t.boolean }, 'Lease');
type Lease = t.TypeOf<typeof Lease>;

export interface LeaseOptions {
  readonly client: Pick<KurrentClient, 'append' | 'read'>;
  readonly stream: string;
  /** Different for every process that ever runs. */
  readonly node: string;
  /** Milliseconds of a clock that nobody can set, and that goes on while the process is paused. */
  readonly monotonic: () => number;
  /** Who was not heard of for so long has lost the lease. */
  readonly leaseMillis: number;
}

/** Who seals. Losing it may be noticed late; the record of checkpoints is what makes that harmless. */
export interface SealerLease {
  /** Claims, renews or watches, whichever is due. True: this node may seal now. */
  readonly step: () => Promise<boolean>;
  /** Not surely, but as far as is known here and now. */
  readonly held: () => boolean;
  /** The node that seals, as last read. */
  readonly holder: () => string | undefined;
  /** Lets the others take over at once. */
  readonly leave: () => Promise<void>;
}

const leaseIn = ({ bytes }: LastEvent): Lease | undefined => {
  const json = parseJson(fromUtf8(bytes ?? new Uint8Array()) ?? '');
  if (E.isLeft(json)) return undefined;
  const lease = decode(Lease)(json.right);
  return E.isRight(lease) ? lease.right : undefined;
};

/**
 * A lease without clocks that agree: a claim is an event at the exact revision, and counts as given up when no event
 * followed it for as long as this node has watched it. Its holder counts from before it asked, so it stops first.
 */
export const createSealerLease = ({ client, stream, node, monotonic, leaseMillis }: LeaseOptions): SealerLease => {
  let mine: { readonly revision: number; readonly until: number; readonly term: number } | undefined;
  let watched: { readonly revision: number; readonly since: number } | undefined;
  let holder: string | undefined;
  const held = (): boolean => mine !== undefined && monotonic() < mine.until;

  const put = async (behind: number, term: number, left: boolean): Promise<boolean> => {
    const asked = monotonic();
    const lease: Lease = { v: 1, node, term, left };
    const done = await putNext(client, stream, behind, 'SekishoSealer', utf8(JSON.stringify(lease)))();
    if (E.isLeft(done)) {
      if (done.left._tag === 'WrongRevision') mine = undefined;
      return held();
    }
    mine = left ? undefined : { revision: behind + 1, until: asked + leaseMillis, term };
    holder = left ? undefined : node;
    return held();
  };

  const watch = async (): Promise<boolean> => {
    const read = await readLast(client, stream)();
    if (E.isLeft(read)) return false;
    const { revision } = read.right;
    const lease = leaseIn(read.right);
    holder = lease?.left === false ? lease.node : undefined;
    if (watched?.revision !== revision) watched = { revision, since: monotonic() };
    // One's own claim whose answer was lost is nobody else's either.
    const free = revision < 0 || lease?.left === true || lease?.node === node;
    // Somewhat longer than the holder counts: what it began in time it may end.
    const silent = monotonic() - watched.since > 1.25 * leaseMillis;
    return free || silent ? put(revision, (lease?.term ?? 0) + 1, false) : false;
  };

  return {
    step: async () => {
      if (mine === undefined) return watch();
      if (!held()) {
        mine = undefined;
        return watch();
      }
      return put(mine.revision, mine.term, false);
    },
    held,
    holder: () => holder,
    leave: async () => {
      if (mine !== undefined) await put(mine.revision, mine.term, true);
    },
  };
};
