import * as t from 'io-ts';
import { closed } from '../encoding/closed.js';
import { ListUpTo, Sha256Hex, Text } from '../encoding/primitives.js';

/** The two services of an authority: one judges hosts, one hands out keys. */
export const ServiceKind = t.keyof({ attestation: null, 'key-provider': null });
export type ServiceKind = t.TypeOf<typeof ServiceKind>;

const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const NAME = new RegExp(`^(?:${LABEL}(?:\\.${LABEL})*|\\[[0-9a-f:.]{2,45}\\])$`);
const isHostname = (u: unknown): u is string => typeof u === 'string' && u.length <= 253 && NAME.test(u);

/** A DNS name or an address, IPv6 in brackets. Lower case only, so that one service has one name. */
export const Hostname = new t.Type<string>(
  'Hostname (lower case, IPv6 in brackets, at most 253)',
  isHostname,
  (u, c) => (isHostname(u) ? t.success(u) : t.failure(u, c)),
  t.identity,
);

const isPort = (u: unknown): u is number => typeof u === 'number' && Number.isInteger(u) && u >= 1 && u <= 65_535;

export const Port = new t.Type<number>(
  'Port (1 to 65535)',
  isPort,
  (u, c) => (isPort(u) ? t.success(u) : t.failure(u, c)),
  t.identity,
);

export const ServiceAddress = closed({ kind: ServiceKind, hostname: Hostname, port: Port }, 'ServiceAddress');
export type ServiceAddress = t.TypeOf<typeof ServiceAddress>;

/**
 * A service as hosts reach it. `group` ties the two kinds: keys are given only on the word of an attestation service of the
 * same group. `trustedCa`: SHA-256 of the certificates that its TLS chain may end in; a set, whatever the order.
 */
export const Service = closed(
  { kind: ServiceKind, hostname: Hostname, port: Port, group: Text(64), trustedCa: ListUpTo(Sha256Hex, 8) },
  'Service',
);
export type Service = t.TypeOf<typeof Service>;

const MOST_SERVICES = 32;

/** So few that an event of them is never too large. */
export const Services = ListUpTo(Service, MOST_SERVICES);

/** Services are told apart by kind and address. */
export const serviceKey = ({ kind, hostname, port }: ServiceAddress): string => `${kind} ${hostname}:${String(port)}`;
