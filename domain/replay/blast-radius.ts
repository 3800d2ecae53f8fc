import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { LedgerEvent } from '../catalogue.js';
import type { HostEvent } from '../host/events.js';
import { hostOfStream } from '../host/host-id.js';
import type { Recorded } from '../ledger/envelope.js';
import type { LedgerReader } from '../ledger/ledger.js';
import type { LoadFault } from '../ledger/load-stream.js';
import type { ReferenceEvent } from '../reference/events.js';
import { isVerdict } from './history.js';
import { evolveJudgedHost, type JudgedHost, leaningsOf, unjudgedHost } from './leanings.js';
import { type ScanProgress, scanLedger } from './scan-ledger.js';
import type { Leaning, Suspect } from './suspect.js';
import { createWhoVouched } from './who-vouched.js';

/** An affirming verdict that leaned on the suspect. */
export interface LeaningVerdictEntry {
  readonly host: string;
  readonly index: number;
  readonly revision: number;
  readonly at: string;
  readonly leanings: ReadonlyArray<Leaning>;
}

/** A key that left the authority on such a verdict, or by the suspect's own hand. */
export interface LeaningDelivery {
  readonly host: string;
  readonly index: number;
  readonly at: string;
  readonly key: string;
  readonly provider: string;
  readonly verdict: { readonly index: number; readonly revision: number };
  readonly leanings: ReadonlyArray<Leaning>;
}

/** What an operator did, or a signing key signed. */
export interface SuspectAct {
  readonly index: number;
  readonly stream: string;
  readonly type: string;
  readonly at: string;
}

interface Listed<A> {
  readonly count: number;
  /** The first ones. */
  readonly first: ReadonlyArray<A>;
}

export interface BlastRadius {
  readonly verdicts: Listed<LeaningVerdictEntry>;
  readonly deliveries: Listed<LeaningDelivery>;
  /** Of an operator or a signing key only. */
  readonly acts: Listed<SuspectAct>;
  /** With such a verdict or delivery, by name. */
  readonly hosts: ReadonlyArray<string>;
  /** Keys delivered: what has to be made anew. */
  readonly keys: ReadonlyArray<string>;
}

/** Times of recording, both ends included. */
export interface Period {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

const MOST_LISTED = 1000;

interface Gathered<A> {
  count: number;
  readonly first: Array<A>;
}

const gather = <A>(into: Gathered<A>, item: A): void => {
  into.count += 1;
  if (into.first.length < MOST_LISTED) into.first.push(item);
};

/** Folds the ledger in its order into what leaned on the suspect. */
const createFold = (suspect: Suspect, { from, to }: Period) => {
  const who = createWhoVouched();
  const known = new Map<string, JudgedHost>();
  /** By host and revision: any time, because a delivery within the period may rest on a verdict before it. */
  const leaning = new Map<string, ReadonlyArray<Leaning>>();
  const verdicts: Gathered<LeaningVerdictEntry> = { count: 0, first: [] };
  const deliveries: Gathered<LeaningDelivery> = { count: 0, first: [] };
  const acts: Gathered<SuspectAct> = { count: 0, first: [] };
  const [hosts, keys] = [new Set<string>(), new Set<string>()];
  const within = ({ recordedAt }: Recorded): boolean =>
    recordedAt >= (from ?? recordedAt) && recordedAt <= (to ?? recordedAt);

  const takeVerdict = (host: JudgedHost, recorded: Recorded<HostEvent>): void => {
    if (!isVerdict(recorded) || recorded.event.type !== 'HostAttested') return;
    const { index, revision, recordedAt } = recorded;
    const leanings = leaningsOf(suspect, who, host, recorded);
    if (leanings.length === 0) return;
    leaning.set(`${host.host} ${String(revision)}`, leanings);
    if (!within(recorded)) return;
    gather(verdicts, { host: host.host, index, revision, at: recordedAt, leanings });
    hosts.add(host.host);
  };

  const takeDelivery = ({ host }: JudgedHost, recorded: Recorded<HostEvent>): void => {
    const { event, index, recordedAt, kid } = recorded;
    if (event.type !== 'KeyDelivered' || !within(recorded)) return;
    const { key, provider, verdict } = event.data;
    const signed = suspect.kind === 'signing-key' && suspect.kid === kid;
    const leanings = leaning.get(`${host} ${String(verdict.revision)}`) ?? (signed ? ['signed-by-it' as const] : []);
    if (leanings.length === 0) return;
    gather(deliveries, { host, index, at: recordedAt, key, provider, verdict, leanings });
    hosts.add(host);
    keys.add(key);
  };

  const takeHost = (host: string, recorded: Recorded<HostEvent>): void => {
    const next = evolveJudgedHost(known.get(host) ?? unjudgedHost(host), recorded);
    known.set(host, next);
    takeVerdict(next, recorded);
    takeDelivery(next, recorded);
  };

  const isAct = ({ actor, kid }: Recorded): boolean =>
    (suspect.kind === 'operator' && actor.subject === suspect.subject) ||
    (suspect.kind === 'signing-key' && kid === suspect.kid);

  const take = (recorded: Recorded<LedgerEvent>): void => {
    const { index, stream, event, recordedAt } = recorded;
    if (isAct(recorded) && within(recorded)) gather(acts, { index, stream, type: event.type, at: recordedAt });
    const host = hostOfStream(stream);
    if (host !== undefined) takeHost(host, recorded as Recorded<HostEvent>);
    else if (stream.startsWith('reference/')) who.take(recorded as Recorded<ReferenceEvent>);
  };

  return {
    take,
    result: (): BlastRadius => ({ verdicts, deliveries, acts, hosts: [...hosts].sort(), keys: [...keys].sort() }),
  };
};

/**
 * Given what turned out to be bad: every affirming verdict, and every delivery of a key, that leaned on it in a period. What a
 * verdict leaned on is read from its own record and from the reference values in its basis. Nothing is judged again.
 */
export const blastRadius =
  (deps: LedgerReader) =>
  (
    suspect: Suspect,
    period: Period = {},
    listener: (progress: ScanProgress) => void = () => undefined,
  ): TE.TaskEither<LoadFault, BlastRadius> => {
    const fold = createFold(suspect, period);
    return pipe(
      scanLedger(deps)(
        () => true,
        undefined,
        (_: undefined, page, progress) => {
          page.forEach(fold.take);
          listener(progress);
          return TE.right(undefined);
        },
      ),
      TE.map(fold.result),
    );
  };
