import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { Hostname, Port, type ServiceKind } from '../../domain/cluster/service.js';
import { fromUtf8 } from '../../domain/encoding/bytes.js';
import { parseJson } from '../../domain/encoding/json.js';
import { Text } from '../../domain/encoding/primitives.js';
import { closedFields, type Fields, spelling } from './closed-fields.js';

/** Where the old system ran one of its services, and for whom. */
export interface OldService {
  readonly kind: ServiceKind;
  readonly hostname: string;
  readonly port: number;
  readonly group: string;
  readonly cluster: string;
  /** The authority host that ran it, where the file says so. */
  readonly host: string | null;
}

const KINDS: Readonly<Record<string, ServiceKind>> = {
  attestation: 'attestation',
  'attestation service': 'attestation',
  'attestation services': 'attestation',
  kms: 'key-provider',
  'kms service': 'key-provider',
  'kms services': 'key-provider',
  'key provider': 'key-provider',
  'key provider service': 'key-provider',
  'key provider services': 'key-provider',
};

/** The API's own names (trust_authority_hosts, attestation.services, kms.services); what is optional there is so here. */
const LISTS: Fields = { needed: [], allowed: Object.keys(KINDS) };
const ENTRY: Fields = {
  needed: ['address', 'group'],
  allowed: ['cluster', 'trust authority cluster', 'trusted ca', 'host', 'hosts', 'service', 'name', 'health'],
};
const ADDRESS: Fields = { needed: ['hostname'], allowed: ['port'] };

const HTTPS = 443;
const [MOST_BYTES, MOST_SERVICES] = [1_048_576, 512];

const text = (value: unknown, where: string): E.Either<string, string> =>
  Text(64).is(value) ? E.right(value) : E.left(`${where} must be a text of up to 64 characters`);

const hostOf = (value: unknown, where: string): E.Either<string, string | null> =>
  value === undefined || value === null ? E.right(null) : text(value, where);

/** Two interfaces of the API call it by two names; a file that has both says which of them twice. */
const clusterOf = (fields: ReadonlyMap<string, unknown>, where: string): E.Either<string, string> => {
  const [one, other] = [fields.get('cluster'), fields.get('trust authority cluster')];
  return one !== undefined && other !== undefined && one !== other
    ? E.left(`${where} is said twice, and not the same`)
    : text(one ?? other, where);
};

const addressOf = (value: unknown, where: string): E.Either<string, Pick<OldService, 'hostname' | 'port'>> =>
  pipe(
    closedFields(value, where, ADDRESS),
    E.flatMap((fields) => {
      const [given, port = HTTPS] = [fields.get('hostname'), fields.get('port') ?? undefined];
      const hostname = typeof given === 'string' ? given.toLowerCase() : given;
      if (!Hostname.is(hostname)) return E.left(`${where}.hostname must be a host name`);
      return Port.is(port) ? E.right({ hostname, port }) : E.left(`${where}.port must be 1 to 65535`);
    }),
  );

const serviceOf = (kind: ServiceKind, where: string, value: unknown): E.Either<string, OldService> =>
  pipe(
    E.Do,
    E.bind('fields', () => closedFields(value, where, ENTRY)),
    E.bind('address', ({ fields }) => addressOf(fields.get('address'), `${where}.address`)),
    E.bind('group', ({ fields }) => text(fields.get('group'), `${where}.group`)),
    E.bind('cluster', ({ fields }) => clusterOf(fields, `${where}.cluster`)),
    E.bind('host', ({ fields }) => hostOf(fields.get('host'), `${where}.host`)),
    E.map(({ address, group, cluster, host }) => ({ kind, ...address, group, cluster, host })),
  );

/** PowerShell writes a list of one as that one. */
const listOf = (value: unknown): ReadonlyArray<unknown> => (Array.isArray(value) ? value : [value]);

const servicesOf = (json: unknown): E.Either<string, ReadonlyArray<OldService>> =>
  pipe(
    closedFields(json, 'the file', LISTS),
    E.map((lists) =>
      [...lists].flatMap(([name, list]) => {
        const kind = KINDS[name];
        return kind === undefined
          ? []
          : listOf(list).map((value, i) => ({ kind, value, at: `${spelling(name)}[${String(i)}]` }));
      }),
    ),
    E.filterOrElse(
      (found) => found.length > 0 && found.length <= MOST_SERVICES,
      ({ length }) => `the file holds ${String(length)} services; expected are 1 to ${String(MOST_SERVICES)}`,
    ),
    E.flatMap(E.traverseArray(({ kind, value, at }) => serviceOf(kind, at, value))),
  );

/**
 * What `Export-TrustAuthorityServicesInfo` writes. Its form on disk is not published: fields are those of the API that it
 * is made from, in any spelling, and a file with others is refused. Left: what was found there, and what was expected.
 */
export const readServicesFile = (bytes: Uint8Array): E.Either<string, ReadonlyArray<OldService>> =>
  pipe(
    bytes.length > MOST_BYTES ? E.left(`is larger than ${String(MOST_BYTES)} bytes`) : E.right(bytes),
    E.flatMap((whole) => E.fromNullable('is not text in UTF-8')(fromUtf8(whole))),
    E.flatMap((whole) =>
      pipe(
        parseJson(whole),
        E.mapLeft(({ rule }) => rule),
      ),
    ),
    E.flatMap(servicesOf),
  );
