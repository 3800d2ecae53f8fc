import type * as t from 'io-ts';
import { toBase64, utf8 } from '../../../domain/encoding/bytes.js';
import { segment } from '../send-command.js';
import { type Change, differenceText, type Listed, type PlanOptions, planList, type Step } from './change.js';
import { pemDigests } from './pem-digests.js';
import type { PresentSite } from './present-site.js';
import type { ResolvedSite } from './resolve-site.js';
import type { SiteKeyProvider } from './site-file.js';

type Wanted = t.TypeOf<typeof SiteKeyProvider>;
type Present = PresentSite['keyProviders'][number];

/** One thing about a provider that differs, and the requests that mend it. */
interface Part {
  readonly detail: string;
  readonly steps: ReadonlyArray<Step>;
}

const PATH = '/v1/key-providers';
const pathOf = ({ id }: Wanted, rest = ''): string => `${PATH}/${segment(id)}${rest}`;

const settingsOf = (wanted: Wanted): Readonly<Record<string, unknown>> => {
  const { description, proxy, connectionTimeoutSeconds, username, primaryKeyMayLeave, serves, release } = wanted;
  return { description, proxy, connectionTimeoutSeconds, username, primaryKeyMayLeave, serves, release };
};

const settings = (wanted: Wanted, present: Present): Part | undefined => {
  const body = settingsOf(wanted);
  const detail = differenceText(body, present.settings);
  return detail === undefined
    ? undefined
    : { detail, steps: [{ call: { operation: 'changeKeyProvider', method: 'PUT', path: pathOf(wanted), body } }] };
};

/** New ones first: the last server never goes. */
const servers = (wanted: Wanted, present: Present, { prune }: PlanOptions): Part | undefined => {
  if (wanted.servers === undefined) return undefined;
  const has = (
    list: ReadonlyArray<{ name: string; address: string }>,
    one: { name: string; address: string },
  ): boolean => list.some(({ name, address }) => name === one.name && address === one.address);
  const missing = wanted.servers.filter((server) => !has(present.servers, server));
  const surplus = prune === undefined ? [] : present.servers.filter((server) => !has(wanted.servers ?? [], server));
  const detail = [
    ...missing.map(({ name, address }) => `server + ${name}=${address}`),
    ...surplus.map(({ name }) => `server - ${name}`),
  ].join(', ');
  const add = missing.map(
    (body): Step => ({
      call: { operation: 'addKeyServer', method: 'POST', path: pathOf(wanted, '/servers'), body },
    }),
  );
  const take = surplus.map(({ name }): Step => {
    const path = pathOf(wanted, `/servers/${segment(name)}`);
    return { call: { operation: 'removeKeyServer', method: 'DELETE', path, body: { reason: prune } } };
  });
  return detail === '' ? undefined : { detail, steps: [...add, ...take] };
};

/** A credential is never read back, so only that there is none can be seen. */
const credential = (wanted: Wanted, present: Present | undefined, { secretFile }: ResolvedSite): Part | undefined => {
  const { credentialFile } = wanted;
  if (credentialFile === undefined || (present?.credentialSet ?? null) !== null) return undefined;
  const call = { operation: 'setKeyServerCredential', method: 'PUT', path: pathOf(wanted, '/credential') } as const;
  const into = (text: string): unknown => ({ credential: toBase64(utf8(text.replace(/\r?\n$/, ''))) });
  return { detail: 'credential is set', steps: [{ call, secret: { file: secretFile(credentialFile), into } }] };
};

const certificate = (wanted: Wanted, present: Present | undefined, { secretFile }: ResolvedSite): Part | undefined => {
  const { clientCertificate: given } = wanted;
  const held = present?.clientCertificate?.certificate;
  const path = pathOf(wanted, '/client-certificate');
  if (given === undefined) return undefined;
  if (given === 'self-signed')
    return held === undefined
      ? {
          detail: 'client certificate, self-signed',
          steps: [{ call: { operation: 'issueClientCertificate', method: 'POST', path } }],
        }
      : undefined;
  const { certificate: pem, privateKeyFile } = given;
  if (pemDigests([pem])[0] === held) return undefined;
  const call = { operation: 'replaceClientCertificate', method: 'PUT', path, body: { certificate: pem } } as const;
  const into = (privateKey: string): unknown => ({ certificate: pem, privateKey });
  const secret = privateKeyFile === undefined ? {} : { secret: { file: secretFile(privateKeyFile), into } };
  return { detail: 'client certificate', steps: [{ call, ...secret }] };
};

const peers = (wanted: Wanted, present: Present | undefined): Part | undefined => {
  const { trustedPeers: certificates } = wanted;
  if (certificates === undefined) return undefined;
  const held = (present?.trustedPeers ?? []).map(({ sha256 }) => sha256).sort();
  if (pemDigests(certificates).join() === held.join()) return undefined;
  const call = {
    operation: 'trustPeerCertificates',
    method: 'PUT',
    path: pathOf(wanted, '/peer-certificates'),
    body: { certificates },
  } as const;
  return { detail: `trusted peers: ${String(certificates.length)}`, steps: [{ call }] };
};

/** A name for a new primary key is used once: which of the keys it became, the file does not know. */
const primaryKey = (wanted: Wanted, present: Present | undefined): Part | undefined => {
  const { primaryKey: given } = wanted;
  const held = present?.primaryKey ?? null;
  if (given === undefined || given.id === held || (given.create !== undefined && held !== null)) return undefined;
  const body = given.create === undefined ? { primaryKey: given.id } : { create: given.create };
  const call = { operation: 'changePrimaryKey', method: 'PUT', path: pathOf(wanted, '/primary-key'), body } as const;
  return { detail: `primary key ${given.create ?? given.id ?? ''}`, steps: [{ call }] };
};

const isPart = (part: Part | undefined): part is Part => part !== undefined;

const list = (site: ResolvedSite, options: PlanOptions): Listed<Wanted, Present> => {
  const parts = (wanted: Wanted, present: Present | undefined): ReadonlyArray<Part> =>
    [
      ...(present === undefined ? [] : [settings(wanted, present), servers(wanted, present, options)]),
      credential(wanted, present, site),
      certificate(wanted, present, site),
      peers(wanted, present),
      primaryKey(wanted, present),
    ].filter(isPart);
  return {
    kind: 'key-provider',
    nameOf: ({ id }) => id,
    presentName: ({ provider }) => provider,
    isGone: ({ removed }) => removed !== null,
    add: (wanted) => {
      const { id, kind, servers: given } = wanted;
      const body = { id, kind, ...settingsOf(wanted), ...(kind === 'kmip' ? { servers: given } : {}) };
      const create: Step = { call: { operation: 'createKeyProvider', method: 'POST', path: PATH, body } };
      return [create, ...parts(wanted, undefined).flatMap(({ steps }) => steps)];
    },
    addDetail: (wanted) => [wanted.kind, ...parts(wanted, undefined).map(({ detail }) => detail)].join(', '),
    differs: (wanted, present) => {
      if (wanted.kind !== present.kind) return `kind ${present.kind} -> ${wanted.kind}`;
      const found = parts(wanted, present);
      return found.length === 0 ? undefined : found.map(({ detail }) => detail).join(', ');
    },
    change: (wanted, present) => parts(wanted, present).flatMap(({ steps }) => steps),
    take: ({ provider }, reason) => ({
      call: {
        operation: 'removeKeyProvider',
        method: 'DELETE',
        path: `${PATH}/${segment(provider)}`,
        body: { reason },
      },
    }),
  };
};

export const planKeyProviders = (
  site: ResolvedSite,
  present: PresentSite,
  options: PlanOptions,
): ReadonlyArray<Change> => {
  const { keyProviders: wanted } = site;
  return wanted === undefined ? [] : planList(list(site, options), wanted, present.keyProviders, options);
};
