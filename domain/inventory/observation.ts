import * as t from 'io-ts';
import { closed } from '../encoding/closed.js';
import { ListUpTo, Text } from '../encoding/primitives.js';

/** What a management server can hold: VMware's own limit for one vCenter is 2,500 hosts. */
export const MOST_HOSTS = 2_500;
export const MOST_CLUSTERS = 1_000;

const orNull = <C extends t.Mixed>(codec: C): t.UnionC<[t.NullC, C]> => t.union([t.null, codec]);

/** `key`: the server's own name of the object, which it never gives to another one. */
export const SeenCluster = closed({ key: Text(64), name: Text(128) }, 'SeenCluster');
export type SeenCluster = t.TypeOf<typeof SeenCluster>;

/** A host as the server tells it: none of it is evidence. */
export const SeenHost = closed(
  {
    key: Text(64),
    name: Text(256),
    /** Of the hardware, by its firmware. */
    uuid: orNull(Text(64)),
    /** Key of the cluster; null: stands alone. */
    cluster: orNull(Text(64)),
    /** `unknown`: the server does not say. */
    tpm: t.keyof({ none: null, '1.2': null, '2.0': null, unknown: null }),
    /** The server's own verdict on the host. */
    verdict: t.keyof({ accepted: null, refused: null, none: null }),
  },
  'SeenHost',
);
export type SeenHost = t.TypeOf<typeof SeenHost>;

/** Everything that the server has, as of one reading: what is not in it is gone. */
export const Observation = closed(
  {
    /** The server's own identity, which survives a change of its address. */
    instance: Text(64),
    product: Text(256),
    clusters: ListUpTo(SeenCluster, MOST_CLUSTERS),
    hosts: ListUpTo(SeenHost, MOST_HOSTS),
  },
  'Observation',
);
export type Observation = t.TypeOf<typeof Observation>;
