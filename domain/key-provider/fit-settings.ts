import type { ProviderRejection } from './commands.js';
import type { KeyServer, ProviderKind, ProviderSettings } from './settings.js';

type Unfit = Extract<ProviderRejection, { readonly _tag: 'ProviderSettingsUnfit' }>;

const LONGEST_TIMEOUT = 300;
const MOST_SERVERS = 16;

/** A name, IPv4 address or bracketed IPv6 address, and a port. */
const ADDRESS = /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]{2,45}\]):([1-9]\d{0,4})$/;
const isAddress = (text: string): boolean => Number(ADDRESS.exec(text)?.[1] ?? 65_536) <= 65_535;

const unfit = (field: string, rule: string): Unfit => ({ _tag: 'ProviderSettingsUnfit', field, rule });

const unfitServers = (servers: ReadonlyArray<KeyServer>): Unfit | undefined => {
  if (servers.length === 0) return unfit('servers', 'must name at least one key server');
  if (servers.length > MOST_SERVERS) return unfit('servers', `must be at most ${String(MOST_SERVERS)}`);
  if (servers.some(({ address }) => !isAddress(address))) return unfit('servers.address', 'must be host:port');
  const distinct = new Set(servers.flatMap(({ name, address }) => [`name ${name}`, `address ${address}`]));
  return distinct.size === 2 * servers.length ? undefined : unfit('servers', 'must have distinct names and addresses');
};

/** What a provider can't be; undefined: it can. */
export const unfitSettings = (
  kind: ProviderKind,
  { proxy, connectionTimeoutSeconds, username, release }: ProviderSettings,
  servers: ReadonlyArray<KeyServer>,
): Unfit | undefined => {
  if (connectionTimeoutSeconds < 1 || connectionTimeoutSeconds > LONGEST_TIMEOUT)
    return unfit('connectionTimeoutSeconds', `must be 1 to ${String(LONGEST_TIMEOUT)}`);
  if (release.tokenUses === 0) return unfit('release.tokenUses', 'must be at least 1, or null');
  if (kind === 'kmip') {
    if (proxy !== null && !isAddress(proxy)) return unfit('proxy', 'must be host:port');
    return unfitServers(servers);
  }
  if (servers.length > 0) return unfit('servers', 'must be empty: a software provider has none');
  if (proxy !== null) return unfit('proxy', 'must be null: a software provider connects nowhere');
  return username === null ? undefined : unfit('username', 'must be null: a software provider connects nowhere');
};
