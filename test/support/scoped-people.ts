import type { LightMyRequestResponse } from 'fastify';
import type { OperatorRole } from '../../domain/access/operator-role.js';
import { approvedOverHttp, attestOverHttp, certifiedOverHttp, type HttpAuthority } from './http-authority.js';
import { softwareTpm } from './software-tpm.js';

/** Of each kind one thing that is in the scope of those who are limited, and one that is not. */
export const INSIDE = {
  cluster: 'east',
  host: 'blade-1',
  'key-provider': 'vault-east',
  key: 'a1'.repeat(32),
  job: '00000000-0000-4000-8000-0000000000a1',
} as const;
export const OUTSIDE = {
  cluster: 'outer-cluster',
  host: 'outer-host',
  'key-provider': 'outer-vault',
  key: 'b2'.repeat(32),
  job: '00000000-0000-4000-8000-0000000000b2',
} as const;

export const SCOPE = ['cluster/east', 'key-provider/vault-east', 'host/blade-*'] as const;

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

export interface Scoped {
  readonly ask: (
    as: string,
    method: Method,
    url: string,
    body?: unknown,
    more?: Readonly<Record<string, string>>,
  ) => Promise<LightMyRequestResponse>;
  /** Grants as alice and confirms as bob: a person of their own. */
  readonly grant: (subject: string, role: OperatorRole, scope?: ReadonlyArray<string>) => Promise<void>;
}

export const scopedPeople = (authority: HttpAuthority): Scoped => {
  const tokens = new Map(authority.tokens);
  const ask: Scoped['ask'] = (as, method, url, body, more = {}) => {
    const headers = { ...more, authorization: `Bearer ${tokens.get(as) ?? ''}` };
    return authority.ask(method, url, { headers, ...(typeof body === 'string' ? { raw: body } : { body }) });
  };
  const grant: Scoped['grant'] = async (subject, role, scope = SCOPE) => {
    const reply = await ask('alice', 'POST', '/v1/operators', { subject, role, scope });
    if (reply.statusCode !== 200) throw new Error(reply.body);
    tokens.set(subject, reply.json().token);
    await ask('bob', 'POST', `/v1/operators/${subject}/confirm`, {});
  };
  return { ask, grant };
};

const provided = async ({ ask }: Scoped, id: string, key: string): Promise<void> => {
  const servers = [{ name: 'a', address: '127.0.0.1:9' }];
  await ask('kim', 'POST', '/v1/key-providers', { id, kind: 'kmip', servers, primaryKey: 'primary-7' });
  await ask('kim', 'POST', '/v1/keys', { id: key, provider: id, primaryKey: 'primary-7', reason: 'r' });
};

const SERVICE = { kind: 'attestation', hostname: 'gate.example', port: 8750, group: 'main', trustedCa: [] };
export const SERVICES = { type: 'sekisho-services', v: 1, authority: 'theirs', cluster: 'gate', services: [SERVICE] };

/** Two of everything; the host outside has attested, so that it is in lists of images and certificates. */
export const withTwoOfEach = async (authority: HttpAuthority, scoped: Scoped): Promise<void> => {
  const { ask } = scoped;
  for (const { cluster, host, 'key-provider': provider, key } of [INSIDE, OUTSIDE]) {
    await ask('alice', 'POST', '/v1/clusters', { id: cluster, kind: 'trusted' });
    if (host === INSIDE.host) await ask('wendy', 'POST', '/v1/hosts', { id: host });
    await provided(scoped, provider, key);
  }
  const tpm = softwareTpm({ kind: 'rsa', seed: 'outside of every scope' });
  await certifiedOverHttp(authority, OUTSIDE.host, tpm);
  await approvedOverHttp(authority, '8.0.3');
  await attestOverHttp(authority, OUTSIDE.host, tpm);
  await ask('alice', 'POST', `/v1/clusters/${OUTSIDE.cluster}/hosts`, { host: OUTSIDE.host });
  for (const { cluster, job } of [INSIDE, OUTSIDE]) {
    await ask('alice', 'PUT', `/v1/clusters/${cluster}/services-file`, SERVICES);
    await ask('alice', 'POST', `/v1/clusters/${cluster}/remediate`, {}, { 'idempotency-key': job });
  }
};
