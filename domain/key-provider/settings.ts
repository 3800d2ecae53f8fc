import * as t from 'io-ts';
import { closed } from '../encoding/closed.js';
import { ListUpTo, SafeInt, Text } from '../encoding/primitives.js';

const orNull = <A>(codec: t.Type<A, unknown>): t.UnionC<[t.NullC, t.Type<A, unknown>]> => t.union([t.null, codec]);

/** `software` keeps primary keys in the authority's own vault; `kmip` leaves them in key servers. */
export const ProviderKind = t.keyof({ software: null, kmip: null });
export type ProviderKind = t.TypeOf<typeof ProviderKind>;

/** Whose hosts a provider serves: everybody's, or only those of these trusted clusters. */
export const Serves = t.union([t.literal('all'), ListUpTo(Text(128), 256)]);
export type Serves = t.TypeOf<typeof Serves>;

/** What a provider asks beyond a current verdict before it releases a key. */
export const ReleasePolicy = closed(
  {
    /** How often one token may be used; null: until it expires. */
    tokenUses: orNull(SafeInt),
    /** The verdict must be under a published checkpoint with its quorum of witnesses. */
    requireWitnessedVerdict: t.boolean,
    /** What a key may be asked for; empty: anything. */
    purposes: ListUpTo(Text(64), 32),
  },
  'ReleasePolicy',
);
export type ReleasePolicy = t.TypeOf<typeof ReleasePolicy>;

/** Everything of a provider that is changed as a whole. Servers, keys and certificates have verbs of their own. */
export const ProviderSettings = closed(
  {
    description: orNull(Text(512)),
    /** `host:port` of a proxy to the key servers. */
    proxy: orNull(Text(256)),
    connectionTimeoutSeconds: SafeInt,
    /** For key servers that ask for one; its credential is set apart and never read back. */
    username: orNull(Text(256)),
    /** Whether a primary key may be fetched to wrap with it here, where the key server can't encrypt itself. */
    primaryKeyMayLeave: t.boolean,
    serves: Serves,
    release: ReleasePolicy,
  },
  'ProviderSettings',
);
export type ProviderSettings = t.TypeOf<typeof ProviderSettings>;

export const DEFAULT_PROVIDER_SETTINGS: ProviderSettings = {
  description: null,
  proxy: null,
  connectionTimeoutSeconds: 10,
  username: null,
  primaryKeyMayLeave: false,
  serves: 'all',
  release: { tokenUses: null, requireWitnessedVerdict: false, purposes: [] },
};

/** A key server as its operator names it; `address` is `host:port`. */
export const KeyServer = closed({ name: Text(128), address: Text(256) }, 'KeyServer');
export type KeyServer = t.TypeOf<typeof KeyServer>;
