import { type Allowance, makeBuckets } from '../caches/token-bucket.js';

/** How much strangers may ask of the authority, and how often one may be wrong about a host. */
export interface HostLimits {
  /** All anonymous requests from one remote address. */
  readonly perAddress: Allowance;
  /** Evidence for one host that was refused as not its own, from one remote address. */
  readonly refusedPerAddressAndHost: Allowance;
  /** The same from all addresses together. Addresses that the host was seen at stay let in. */
  readonly refusedPerHost: Allowance;
}

export const DEFAULT_HOST_LIMITS: HostLimits = {
  perAddress: { rate: 100, burst: 1000 },
  refusedPerAddressAndHost: { rate: 0.2, burst: 20 },
  refusedPerHost: { rate: 5, burst: 100 },
};

/** Stands for a host where it is a token that speaks; no host is called so. */
export const TOKENS = '(tokens)';

const MOST_KEYS = 50_000;

/**
 * Keeps strangers from costing much, without letting them lock a host out: what they send for a host is charged to
 * them, and once a host is under siege only addresses that gave its own evidence before are heard about it.
 */
export interface HostGate {
  /** Seconds to wait; 0: come in. Charged to the address. */
  readonly enter: (address: string) => number;
  /** Seconds to wait before speaking for this host. */
  readonly speakFor: (address: string, host: string) => number;
  readonly refused: (address: string, host: string) => void;
  readonly believed: (address: string, host: string) => void;
}

/** `now` is a clock that never goes back, in milliseconds. */
export const makeHostGate = (limits: HostLimits, now: () => number): HostGate => {
  const addresses = makeBuckets(limits.perAddress, MOST_KEYS);
  const pairs = makeBuckets(limits.refusedPerAddressAndHost, MOST_KEYS);
  const hosts = makeBuckets(limits.refusedPerHost, MOST_KEYS);
  const known = new Set<string>();
  const pair = (address: string, host: string): string => `${address} ${host}`;
  return {
    enter: (address) => addresses.take(address, now()),
    speakFor: (address, host) => {
      const mine = pairs.peek(pair(address, host), now());
      return mine > 0 || known.has(pair(address, host)) ? mine : hosts.peek(host, now());
    },
    refused: (address, host) => {
      pairs.take(pair(address, host), now());
      if (!known.has(pair(address, host))) hosts.take(host, now());
    },
    believed: (address, host) => {
      known.delete(pair(address, host));
      known.add(pair(address, host));
      const oldest = known.size > MOST_KEYS ? known.values().next().value : undefined;
      if (oldest !== undefined) known.delete(oldest);
    },
  };
};
