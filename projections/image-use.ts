import type { HostTrust } from './host-trust-at.js';

/** Hosts by the image that their newest verdict found, as they are at a moment. */
export interface ImageUse {
  readonly version: string;
  readonly digest: string;
  readonly hosts: ReadonlyArray<{ readonly host: string; readonly state: HostTrust['state'] }>;
  /** Newest evidence of any of them. */
  readonly lastAttested: { readonly host: string; readonly time: string; readonly index: number };
}

export interface ImageUses {
  readonly images: ReadonlyArray<ImageUse>;
  /** Hosts whose newest verdict found no image. */
  readonly unknown: ReadonlyArray<string>;
  /** Hosts that have shown nothing yet. */
  readonly unseen: ReadonlyArray<string>;
}

const useOf = (digest: string, hosts: ReadonlyArray<HostTrust>): ReadonlyArray<ImageUse> => {
  const [first, ...rest] = hosts.flatMap(({ row: { host, verdict } }) =>
    verdict === null ? [] : [{ host, time: verdict.at, index: verdict.index }],
  );
  const version = hosts[0]?.row.verdict?.image?.version;
  if (first === undefined || version === undefined) return [];
  const lastAttested = rest.reduce((newest, each) => (each.index > newest.index ? each : newest), first);
  return [{ version, digest, hosts: hosts.map(({ row, state }) => ({ host: row.host, state })), lastAttested }];
};

/** Which hosts run which image. Retired hosts run none. */
export const imageUses = (hosts: ReadonlyArray<HostTrust>): ImageUses => {
  const present = hosts.filter(({ row }) => row.retired === null);
  const byDigest = new Map<string, Array<HostTrust>>();
  for (const each of present) {
    const digest = each.row.verdict?.image?.digest;
    if (digest === undefined) continue;
    const held = byDigest.get(digest);
    if (held === undefined) byDigest.set(digest, [each]);
    else held.push(each);
  }
  const named = (chosen: (host: HostTrust) => boolean): ReadonlyArray<string> =>
    present.filter(chosen).map(({ row }) => row.host);
  return {
    images: [...byDigest].flatMap(([digest, running]) => useOf(digest, running)),
    unknown: named(({ row }) => row.verdict !== null && row.verdict.image === null),
    unseen: named(({ row }) => row.verdict === null),
  };
};
