import type { GuardFacts } from './facts.js';
import { guardReason } from './guard-reasons.js';
import {
  asksForTrust,
  clusterReasons,
  memberReasons,
  openReasons,
  type Place,
  protectionReasons,
  type Reasons,
} from './judge-place.js';
import { type KeyAnswer, keyAnswer, keyAsked, providerCodes } from './key-answer.js';
import { hostsOf, type Question } from './question.js';
import { type ReliedOn, reliedOnOf } from './relied-on.js';
import { isGuarded, type Workload } from './workload.js';

export interface Decision {
  readonly allowed: boolean;
  /** All that hold, in a fixed order; none: it is allowed. */
  readonly reasons: Reasons;
  /** Until when a yes holds if nothing is recorded; null: it leans on no verdict, or is a no. */
  readonly until: string | null;
  readonly reliedOn: ReadonlyArray<ReliedOn>;
  /** Null: no key provider was named that has to give a key. */
  readonly key: KeyAnswer | null;
}

type Of<Ask extends Question['ask']> = Extract<Question, { readonly ask: Ask }>;

/** A guarded workload boots measured itself, or nothing that it holds is safe. Silence counts as the worst. */
const formReasons = ({ id, firmware, secureBoot }: Workload): Reasons => [
  ...(firmware === undefined ? [guardReason('FirmwareUnsaid', 'workload', id)] : []),
  ...(firmware === 'bios' ? [guardReason('FirmwareNotEfi', 'workload', id)] : []),
  ...(secureBoot === undefined ? [guardReason('SecureBootUnsaid', 'workload', id)] : []),
  ...(secureBoot === false ? [guardReason('SecureBootOff', 'workload', id)] : []),
];

/** Why it may not run there: inside the protected area if it is guarded. */
const runReasons = (facts: GuardFacts, workload: Workload, place: Place, now: string): Reasons =>
  isGuarded(workload) ? protectionReasons(facts, place, now) : openReasons(facts, place, now);

/** What is not guarded may leave any host that is known, above all one that is not trusted any more. */
const leaveReasons = (facts: GuardFacts, workload: Workload, host: string, now: string): Reasons => {
  if (isGuarded(workload)) return protectionReasons(facts, { part: 'source', host }, now);
  return facts.host(host) === undefined ? [guardReason('HostUnknown', 'source', host)] : [];
};

const betweenHosts = (
  facts: GuardFacts,
  { ask, workload, from, to }: Of<'move' | 'clone' | 'replicate'>,
  now: string,
): Reasons => [
  ...(ask === 'replicate' && isGuarded(workload) ? [guardReason('ReplicationOfGuarded', 'workload', workload.id)] : []),
  ...(isGuarded(workload) ? formReasons(workload) : []),
  ...leaveReasons(facts, workload, from, now),
  ...runReasons(facts, workload, { part: 'target', host: to }, now),
];

/** It begins from its storage: whether the host that failed was trusted is not asked, only that it was one of the cluster. */
const afterFailure = (facts: GuardFacts, { workload, cluster, from, to }: Of<'restart'>, now: string): Reasons => {
  const target = { part: 'target', host: to } as const;
  const run = runReasons(facts, workload, target, now);
  const member = facts.host(to) === undefined ? [] : memberReasons(facts, target, cluster);
  const area = clusterReasons(facts, cluster);
  return [
    ...(isGuarded(workload) ? formReasons(workload) : []),
    ...(isGuarded(workload) ? area : area.filter(({ code }) => code === 'ClusterUnknown')),
    ...memberReasons(facts, { part: 'source', host: from }, cluster),
    ...member,
    ...run,
  ];
};

const sharedStorage = (facts: GuardFacts, { cluster, host }: Of<'storage'>, now: string): Reasons => {
  const place = { part: 'host', host } as const;
  const member = facts.host(host) === undefined ? [] : memberReasons(facts, place, cluster);
  return [...clusterReasons(facts, cluster), ...member, ...protectionReasons(facts, place, now)];
};

/** What can't get its key can't run, however trusted the host is. */
const keyReasons = (facts: GuardFacts, question: Question): Reasons => {
  const asked = keyAsked(question);
  if (asked === undefined) return [];
  const { provider, host } = asked;
  return providerCodes(facts, provider, host).map((code) => guardReason(code, 'key-provider', provider));
};

const placeReasons = (facts: GuardFacts, question: Question, now: string): Reasons => {
  switch (question.ask) {
    case 'start': {
      const { workload, host } = question;
      const form = isGuarded(workload) ? formReasons(workload) : [];
      return [...form, ...runReasons(facts, workload, { part: 'host', host }, now)];
    }
    case 'move':
    case 'clone':
    case 'replicate':
      return betweenHosts(facts, question, now);
    case 'restart':
      return afterFailure(facts, question, now);
    case 'storage':
      return sharedStorage(facts, question, now);
  }
};

/** Hosts whose verdict a yes leans on. */
const judgedHosts = (facts: GuardFacts, question: Question): ReadonlyArray<string> => {
  const isOpen = question.ask !== 'storage' && !isGuarded(question.workload);
  const hosts = hostsOf(question);
  const judged = isOpen || question.ask === 'restart' ? hosts.slice(-1) : hosts;
  return judged.filter((host) => !isOpen || asksForTrust(facts, facts.host(host)));
};

const earliest = (facts: GuardFacts, hosts: ReadonlyArray<string>): string | null => {
  const ends = hosts.flatMap((host) => facts.host(host)?.verdict?.notAfter ?? []);
  return ends.reduce<string | null>((least, end) => (least === null || end < least ? end : least), null);
};

/** Each host is looked up once, however many rules ask about it. */
const factsOf = (facts: GuardFacts, hosts: ReadonlyArray<string>): GuardFacts => {
  const known = new Map(hosts.map((host) => [host, facts.host(host)]));
  return { ...facts, host: (host) => known.get(host) };
};

/** Total: whatever is unknown is a reason, never a failure. `now` is when the answer is given. */
export const answerTo =
  (all: GuardFacts, now: string) =>
  (question: Question): Decision => {
    const hosts = hostsOf(question);
    const facts = factsOf(all, hosts);
    const reasons = [...placeReasons(facts, question, now), ...keyReasons(facts, question)];
    const allowed = reasons.length === 0;
    const until = allowed ? earliest(facts, judgedHosts(facts, question)) : null;
    return { allowed, reasons, until, reliedOn: reliedOnOf(facts, hosts), key: keyAnswer(facts, question, now) };
  };
