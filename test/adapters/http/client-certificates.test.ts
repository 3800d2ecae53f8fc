import { request } from 'node:https';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { imageOf } from '../../support/authority.js';
import { eventsOf } from '../../support/fold.js';
import { type HttpAuthority, openHttpAuthority, type Person } from '../../support/http-authority.js';
import { type Identity, testCa } from '../../support/kmip-certificates.js';

const NOW = '2026-12-01T00:00:00.000Z';
const servers = testCa('Servers');
const people = testCa('People');
const others = testCa('People');

let authority: HttpAuthority;
let url: string;

beforeAll(async () => {
  const { certificate: cert, privateKey: key } = servers.server({ address: '127.0.0.1' });
  authority = await openHttpAuthority(NOW, undefined, { cert, key, clientCertificates: true });
  url = await authority.app.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(() => authority.close());
beforeEach(() => {
  authority.now.at = NOW;
});

interface Reply {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Over a real TLS connection of its own, with this certificate if any. */
const over = (
  method: 'GET' | 'POST',
  path: string,
  client: Identity | undefined,
  more: { readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> } = {},
): Promise<Reply> =>
  new Promise((resolve, reject) => {
    const asked = request(
      new URL(path, url),
      {
        method,
        ca: servers.certificate,
        agent: false,
        headers: { ...more.headers, ...(more.body === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(client === undefined ? {} : { cert: client.certificate, key: client.privateKey }),
      },
      (message) => {
        let text = '';
        message.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        message.once('end', () => resolve({ status: message.statusCode ?? 0, body: JSON.parse(text) }));
      },
    );
    asked.once('error', reject);
    asked.end(more.body === undefined ? undefined : JSON.stringify(more.body));
  });

const whoami = async (client: Identity | undefined, headers?: Readonly<Record<string, string>>) => {
  const { status, body } = await over('GET', '/v1/whoami', client, headers === undefined ? {} : { headers });
  return status === 200 ? body['subject'] : body['code'];
};
const bind = (as: Person, body: Readonly<Record<string, unknown>>) =>
  authority.ask('POST', '/v1/client-certificates', { as, body });
const idOf = async (subject: string): Promise<string> => {
  const { clientCertificates } = (await authority.ask('GET', '/v1/client-certificates', { as: 'arthur' })).json();
  return clientCertificates.findLast((each: { subject: string }) => each.subject === subject)?.id;
};

describe('a client certificate', () => {
  const own = people.client('kim');

  it('has the limits of the operator whose it is', async () => {
    const limited = people.client('limited');
    const scope = ['cluster/east'];
    await authority.ask('POST', '/v1/operators', { as: 'alice', body: { subject: 'limited', role: 'auditor', scope } });
    await bind('alice', { subject: 'limited', certificate: limited.certificate });
    expect((await over('GET', '/v1/whoami', limited)).body).toMatchObject({ subject: 'limited', scope });
    expect((await over('GET', '/v1/hosts/h1', limited)).body).toMatchObject({ code: 'OutOfScope' });
  });

  it('lets nobody in before an operator bound it, and them from then on', async () => {
    expect(await whoami(undefined)).toBe('Unauthenticated');
    expect(await whoami(own)).toBe('Unauthenticated');
    expect((await bind('kim', { subject: 'kim', certificate: own.certificate })).statusCode).toBe(200);
    expect(await whoami(own)).toBe('kim');
    expect((await over('GET', '/v1/whoami', own)).body).toMatchObject({
      role: 'key-administrator',
      person: 'kim',
      via: 'certificate',
    });
    expect(await whoami(people.client('kim'))).toBe('Unauthenticated');
  });

  it('makes its holder the actor of what they do', async () => {
    const body = { id: 'by-certificate', kind: 'software' };
    expect((await over('POST', '/v1/key-providers', own, { body })).status).toBe(200);
    const events = await eventsOf(authority.opened.deps.store);
    expect(events.findLast(({ event }) => event.type === 'KeyProviderCreated')?.actor).toEqual({
      subject: 'kim',
      role: 'key-administrator',
    });
  });

  it('never stands in for a token that is wrong, and never outdoes one that is right', async () => {
    expect(await whoami(own, { authorization: 'Bearer sekisho_wrong' })).toBe('Unauthenticated');
    expect(await whoami(own, { authorization: 'Basic a2ltOmtpbQ==' })).toBe('Unauthenticated');
    expect(await whoami(own, { authorization: `Bearer ${authority.tokens.get('arthur') ?? ''}` })).toBe('arthur');
  });

  it('lets nobody in once it is released', async () => {
    const path = `/v1/client-certificates/${await idOf('kim')}`;
    expect((await authority.ask('DELETE', path, { as: 'wendy', body: { reason: 'r' } })).json().code).toBe(
      'NotYourName',
    );
    expect((await authority.ask('DELETE', path, { as: 'kim', body: { reason: 'r' } })).statusCode).toBe(200);
    expect(await whoami(own)).toBe('Unauthenticated');
  });

  it('lets nobody in once its role is withdrawn, nor whoever has the name next', async () => {
    const dora = people.client('dora');
    await authority.ask('POST', '/v1/operators', { as: 'alice', body: { subject: 'dora', role: 'auditor' } });
    await bind('alice', { subject: 'dora', certificate: dora.certificate });
    expect(await whoami(dora)).toBe('dora');
    await authority.ask('DELETE', '/v1/operators/dora', { as: 'alice', body: { reason: 'left' } });
    await authority.ask('POST', '/v1/operators', { as: 'alice', body: { subject: 'dora', role: 'auditor' } });
    expect(await whoami(dora)).toBe('Unauthenticated');
  });

  it('never makes two people of one, with a token or with another certificate', async () => {
    const [one, two] = [people.client('alice'), people.client('alice')];
    await bind('alice', { subject: 'alice', certificate: one.certificate });
    await bind('alice', { subject: 'alice', certificate: two.certificate });
    await over('POST', '/v1/base-images', one, { body: { image: imageOf('two-faced') } });
    const approve = '/v1/base-images/two-faced/approve';
    expect((await over('POST', approve, two, { body: {} })).body['code']).toBe('SameOperator');
    expect((await authority.ask('POST', approve, { as: 'alice', body: {} })).json().code).toBe('SameOperator');
    expect((await bind('alice', { subject: 'bob', certificate: people.client('bob').certificate })).json().code).toBe(
      'NotYourName',
    );
    expect((await authority.ask('POST', approve, { as: 'bob', body: {} })).statusCode).toBe(200);
  });
});

describe('certificates that a CA gives to a name', () => {
  const name = 'CN=wendy';

  it('let in whoever holds one, also one that was made later, and nobody else', async () => {
    const reply = await bind('wendy', { subject: 'wendy', ca: people.certificate, name });
    expect(reply.statusCode).toBe(200);
    expect(await whoami(people.client('wendy'))).toBe('wendy');
    expect(await whoami(people.client('wendy'))).toBe('wendy');
    expect(await whoami(people.client('mallory'))).toBe('Unauthenticated');
    expect(await whoami(others.client('wendy'))).toBe('Unauthenticated');
    expect(await whoami(people.server({ address: '127.0.0.1' }))).toBe('Unauthenticated');
  });

  it('let nobody in before or after their time', async () => {
    const later = people.client('wendy');
    authority.now.at = '2025-01-01T00:00:00.000Z';
    expect(await whoami(later)).toBe('Unauthenticated');
  });

  it('need the certificate of a CA, alone', async () => {
    const leaf = people.client('wendy').certificate;
    expect((await bind('wendy', { subject: 'wendy', ca: leaf, name })).json().code).toBe('CertificateNotOfCa');
    const both = `${people.certificate}${leaf}`;
    expect((await bind('wendy', { subject: 'wendy', ca: both, name })).json().code).toBe('CertificateUnreadable');
    expect((await bind('wendy', { subject: 'wendy', certificate: both })).json().code).toBe('CertificateUnreadable');
  });
});
