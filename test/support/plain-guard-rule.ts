import type { LedgerEvent } from '../../domain/catalogue.js';
import type { Question } from '../../domain/guard/question.js';
import type { Recorded } from '../../domain/ledger/envelope.js';

type Entry = Recorded<LedgerEvent>;
type All = ReadonlyArray<Entry>;
/** As plain JSON: the rule leans on no type of ours. */
const data = (entry: Entry) => JSON.parse(JSON.stringify(entry.event.data));
const has = (entries: All, type: string) => entries.some(({ event }) => event.type === type);
const of = (all: All, stream: string) => all.filter((entry) => entry.stream === stream);
const last = (entries: All, ...types: ReadonlyArray<string>) =>
  entries.findLast(({ event }) => types.includes(event.type));

const isEnrolled = (all: All, host: string) => has(of(all, `host/${host}`), 'HostEnrolled');
const isRetired = (all: All, host: string) => has(of(all, `host/${host}`), 'HostRetired');
const isHeld = (all: All, host: string) =>
  last(of(all, `host/${host}`), 'HostQuarantined', 'HostReleased')?.event.type === 'HostQuarantined';

const kindOf = (all: All, cluster: string): string | undefined => {
  const registered = last(of(all, `cluster/${cluster}`), 'ClusterRegistered');
  return registered === undefined ? undefined : data(registered).kind;
};
const isEnabled = (all: All, cluster: string) =>
  last(of(all, `cluster/${cluster}`), 'ClusterEnabled', 'ClusterDisabled', 'ClusterDecommissioned')?.event.type ===
  'ClusterEnabled';

/** The cluster that a host is in: it joined, did not leave, was not retired, and the cluster did not end since. */
const clusterOf = (all: All, host: string): string | undefined => {
  const mine = of(all, `host/${host}`);
  const moved = last(mine, 'HostJoined', 'HostLeft', 'HostRetired');
  if (moved?.event.type !== 'HostJoined') return undefined;
  const { cluster } = data(moved);
  return has(of(all, `cluster/${cluster}`), 'ClusterDecommissioned') ? undefined : cluster;
};

/** Its newest verdict is affirming, lasts, and nothing that it leaned on was taken back or replaced. */
const isAffirmed = (all: All, host: string, now: string): boolean => {
  const mine = of(all, `host/${host}`);
  const newKey = mine.findLastIndex(({ event }) =>
    ['AttestationKeyCertified', 'EndorsementKeyReplaced'].includes(event.type),
  );
  const verdict = last(mine.slice(newKey + 1), 'HostAttested', 'AttestationRefused');
  if (verdict?.event.type !== 'HostAttested') return false;
  const { record } = data(verdict);
  if (now > record.notAfter) return false;
  return all
    .filter(({ stream, revision }) => stream.startsWith('reference/') && revision > (verdict.basis[stream] ?? -1))
    .every((entry) => {
      const { type } = entry.event;
      if (type === 'AttestationPolicyChanged') return false;
      if (type === 'BaseImageWithdrawn') return data(entry).digest !== record.image.digest;
      if (type === 'TpmCaRevoked') return data(entry).name !== record.reliedOn.tpmCa;
      if (type === 'EndorsementKeyRevoked') return data(entry).publicKeyDigest !== record.reliedOn.endorsementKey;
      return true;
    });
};

const isTrusted = (all: All, host: string, now: string) =>
  isEnrolled(all, host) && !isRetired(all, host) && !isHeld(all, host) && isAffirmed(all, host, now);

const isProtected = (all: All, host: string, now: string): boolean => {
  const cluster = clusterOf(all, host);
  return (
    cluster !== undefined && kindOf(all, cluster) === 'trusted' && isEnabled(all, cluster) && isTrusted(all, host, now)
  );
};

/** Where something unguarded may run. */
const isOpenTo = (all: All, host: string, now: string): boolean => {
  if (!isEnrolled(all, host) || isRetired(all, host) || isHeld(all, host)) return false;
  const cluster = clusterOf(all, host);
  return cluster === undefined || kindOf(all, cluster) === 'authority' || isTrusted(all, host, now);
};

/**
 * Whether the answer to a question is yes, written as one would say it, over the bare list of everything that ever happened. It
 * shares nothing with the decision that it is compared with.
 */
export const plainlyAllowed = (all: All, question: Question, now: string): boolean => {
  if (question.ask === 'storage') {
    const { cluster, host } = question;
    return clusterOf(all, host) === cluster && isProtected(all, host, now);
  }
  const { workload } = question;
  const isOpen = workload.encrypted === false && workload.vtpm === false;
  const isFit = isOpen || (workload.firmware === 'efi' && workload.secureBoot === true);
  if (!isFit) return false;
  const mayRun = (host: string) => (isOpen ? isOpenTo(all, host, now) : isProtected(all, host, now));
  switch (question.ask) {
    case 'start':
      return mayRun(question.host);
    case 'move':
    case 'clone':
      return mayRun(question.to) && (isOpen ? isEnrolled(all, question.from) : isProtected(all, question.from, now));
    case 'replicate':
      return isOpen && mayRun(question.to) && isEnrolled(all, question.from);
    case 'restart':
      return (
        mayRun(question.to) &&
        clusterOf(all, question.from) === question.cluster &&
        clusterOf(all, question.to) === question.cluster
      );
  }
};
