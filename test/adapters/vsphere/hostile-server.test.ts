import { createServer, type Server } from 'node:https';
import { type AddressInfo, createServer as createPlainServer, type Socket } from 'node:net';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { plainText } from '../../../adapters/vsphere/plain-text.js';
import { readInventory } from '../../../adapters/vsphere/read-inventory.js';
import { envelope, responseOf } from '../../../adapters/vsphere/soap-message.js';
import { soapTransport } from '../../../adapters/vsphere/soap-transport.js';
import { vsphereSession } from '../../../adapters/vsphere/vsphere-session.js';
import { Text } from '../../../domain/encoding/primitives.js';
import { testCa } from '../../support/kmip-certificates.js';
import { until } from '../../support/until.js';

/* A server that speaks as a vCenter does and lies in one answer. The forms are those of the vSphere Web Services API. */

/** Words that are no answer: it keeps silent, or never ends. */
const [SILENCE, ENDLESS] = ['silence', 'endless'];
type Answer = string;

const soap = (inner: string): string =>
  `<?xml version="1.0"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>${inner}</soapenv:Body></soapenv:Envelope>`;
const answer = (method: string, inner = ''): string =>
  soap(`<${method}Response xmlns="urn:vim25">${inner}</${method}Response>`);
const fault = (word: string): string =>
  soap(
    `<soapenv:Fault><faultcode>ServerFaultCode</faultcode><faultstring>secret prose</faultstring><detail><${word}Fault xmlns="urn:vim25" xsi:type="${word}"/></detail></soapenv:Fault>`,
  );
const reference = (name: string, type: string, value: string): string => `<${name} type="${type}">${value}</${name}>`;
const property = (name: string, value: string, type = 'xsd:string'): string =>
  `<propSet><name>${name}</name><val xsi:type="${type}">${value}</val></propSet>`;
const parent =
  '<propSet><name>parent</name><val type="ClusterComputeResource" xsi:type="ManagedObjectReference">domain-c1</val></propSet>';
const hostObject = (key: string, properties: string): string =>
  `<objects>${reference('obj', 'HostSystem', key)}${properties}</objects>`;
const GOOD_HOST = hostObject('host-1', property('name', 'esx-1') + parent);
const CLUSTER = `<objects>${reference('obj', 'ClusterComputeResource', 'domain-c1')}${property('name', 'East')}</objects>`;
const FORGOTTEN = '<missingSet><path>name</path><fault><fault xsi:type="NotAuthenticated"/></fault></missingSet>';
const page = (inner: string): string => answer('RetrievePropertiesEx', `<returnval>${inner}</returnval>`);

const HONEST: Readonly<Record<string, Answer>> = {
  RetrieveServiceContent: answer(
    'RetrieveServiceContent',
    `<returnval>${reference('rootFolder', 'Folder', 'group-d1')}${reference('propertyCollector', 'PropertyCollector', 'pc')}${reference('viewManager', 'ViewManager', 'vm')}${reference('sessionManager', 'SessionManager', 'sm')}<about><fullName>A vCenter</fullName><instanceUuid>i1</instanceUuid></about></returnval>`,
  ),
  Login: answer('Login', '<returnval/>'),
  Logout: answer('Logout'),
  CreateContainerView: answer('CreateContainerView', reference('returnval', 'ContainerView', 'session[1]v')),
  DestroyView: answer('DestroyView'),
  RetrievePropertiesEx: page(CLUSTER + GOOD_HOST),
};

const ca = testCa();
let server: Server;
let port: number;
let answers: Readonly<Record<string, Answer>> = HONEST;
let asked: Array<string> = [];

beforeAll(async () => {
  const { certificate, privateKey } = ca.server();
  server = createServer({ cert: certificate, key: privateKey }, (request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const method = /<soapenv:Body><(\w+)/.exec(body)?.[1] ?? '';
      asked.push(method);
      const said = answers[method];
      if (said === SILENCE) return;
      if (said === ENDLESS) {
        const more = (): void => {
          while (!response.destroyed && response.write('x'.repeat(65_536)));
          if (!response.destroyed) response.once('drain', more);
        };
        more();
      } else response.end(said ?? fault('InvalidRequest'));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const read = async (lies: Readonly<Record<string, Answer>>, millis = 20_000) => {
  answers = { ...HONEST, ...lies };
  asked = [];
  const trust = { kind: 'ca', pem: ca.certificate } as const;
  const transport = soapTransport({ host: '127.0.0.1', port, trust, millis, mostBytes: 1_000_000 });
  onTestFinished(() => transport.close());
  return readInventory(vsphereSession(transport, { user: 'u', password: 'the password' }))();
};

const faultOf = async (lies: Readonly<Record<string, Answer>>, millis?: number) => {
  const done = await read(lies, millis);
  if (E.isRight(done)) throw new Error('should have been refused');
  expect(JSON.stringify(done.left)).not.toMatch(/secret prose|the password/);
  return [done.left.reason, done.left.detail];
};

describe('a server that lies', () => {
  it('is read when it does not', async () => {
    expect(await read({})).toMatchObject({
      right: { observation: { instance: 'i1', hosts: [{ key: 'host-1', name: 'esx-1', cluster: 'domain-c1' }] } },
    });
    expect(asked).toEqual([
      'RetrieveServiceContent',
      'Login',
      'CreateContainerView',
      'RetrievePropertiesEx',
      'DestroyView',
    ]);
  });

  it.each<readonly [string, Readonly<Record<string, Answer>>, string]>([
    ['is no SOAP', { RetrieveServiceContent: '<html>hello</html>' }, 'AnswerMalformed'],
    [
      'has a document type',
      { Login: `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>${soap('&e;')}` },
      'AnswerMalformed',
    ],
    ['answers another question', { Login: answer('Logout') }, 'AnswerMalformed'],
    [
      'is no vCenter',
      { RetrieveServiceContent: answer('RetrieveServiceContent', '<returnval><about/></returnval>') },
      'AnswerMalformed',
    ],
    ['never ends', { RetrievePropertiesEx: ENDLESS }, 'AnswerTooLarge'],
    ['lets nobody in', { Login: fault('InvalidLogin') }, 'LoginRefused'],
    ['forgets every session', { CreateContainerView: fault('NotAuthenticated') }, 'LoginRefused'],
    [
      'forgets the session in every property',
      { RetrievePropertiesEx: page(hostObject('host-1', FORGOTTEN)) },
      'LoginRefused',
    ],
    ['lets nobody see', { CreateContainerView: fault('NoPermission') }, 'AccessDenied'],
    [
      'hides the name of a host',
      { RetrievePropertiesEx: page(CLUSTER + hostObject('host-1', parent)) },
      'AccessDenied',
    ],
    [
      'hides the parent of a host',
      { RetrievePropertiesEx: page(CLUSTER + hostObject('host-1', property('name', 'n'))) },
      'AccessDenied',
    ],
    [
      'gives an object no name',
      { RetrievePropertiesEx: page(`<objects>${property('name', 'n')}</objects>`) },
      'AnswerMalformed',
    ],
    [
      'gives a host a key that is too long',
      { RetrievePropertiesEx: page(hostObject('h'.repeat(65), property('name', 'n') + parent)) },
      'AnswerMalformed',
    ],
    [
      'has a fault with prose for a name',
      { Login: soap('<Fault><detail><x type="say: hello\n"/></detail></Fault>') },
      'ServerFault',
    ],
    [
      'goes on without saying anything',
      {
        RetrievePropertiesEx: page('<token>1</token>'),
        ContinueRetrievePropertiesEx: answer('ContinueRetrievePropertiesEx', '<returnval><token>1</token></returnval>'),
      },
      'AnswerMalformed',
    ],
    [
      'goes on for ever',
      {
        RetrievePropertiesEx: page(`<token>1</token>${GOOD_HOST}`),
        ContinueRetrievePropertiesEx: answer(
          'ContinueRetrievePropertiesEx',
          `<returnval><token>1</token>${GOOD_HOST.repeat(1_000)}</returnval>`,
        ),
      },
      'AnswerTooLarge',
    ],
  ])('%s: one reason, and none of its words', async (_, lies, reason) => {
    expect((await faultOf(lies))[0]).toBe(reason);
  });

  it('says nothing at all: the time for one answer is over', async () => {
    expect(await faultOf({ Login: SILENCE }, 300)).toEqual(['Unreachable', 'timed out']);
  });

  it('says nothing, and is not waited for once the conversation was closed', async () => {
    const trust = { kind: 'ca', pem: ca.certificate } as const;
    answers = { ...HONEST, Login: SILENCE };
    asked = [];
    const transport = soapTransport({ host: '127.0.0.1', port, trust, millis: 600_000, mostBytes: 1_000 });
    const session = vsphereSession(transport, { user: 'u', password: 'the password' });
    const reading = readInventory(session)();
    await until('a login', () => asked.includes('Login'));
    transport.close();
    expect(await reading).toMatchObject({ left: { reason: 'Unreachable' } });
    expect(await readInventory(session)()).toMatchObject({ left: { reason: 'Unreachable' } });
    expect(asked.filter((each) => each === 'Login')).toHaveLength(1);
  });

  it('is not waited for in the middle of a handshake either', async () => {
    const sockets: Array<Socket> = [];
    const mute = createPlainServer((socket) => sockets.push(socket.on('error', () => undefined)));
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    const { port: at } = mute.address() as AddressInfo;
    const trust = { kind: 'ca', pem: ca.certificate } as const;
    const transport = soapTransport({ host: '127.0.0.1', port: at, trust, millis: 600_000, mostBytes: 1_000 });
    const reading = readInventory(vsphereSession(transport, { user: 'u', password: 'the password' }))();
    await until('a connection', () => sockets.length === 1);
    transport.close();
    expect(await reading).toMatchObject({ left: { reason: 'Unreachable' } });
    sockets.forEach((socket) => socket.destroy());
    mute.close();
  });

  it('is asked for a login once more when it ends a session, and not for ever', async () => {
    await faultOf({ CreateContainerView: fault('NotAuthenticated') });
    expect(asked.filter((each) => each === 'Login')).toHaveLength(2);
  });
});

const REAL = page(CLUSTER + GOOD_HOST);

describe('the reader of answers', () => {
  it('never throws, whatever comes', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constant(REAL)),
        fc.integer(),
        (text, status) => {
          responseOf('RetrievePropertiesEx', { status, text });
        },
      ),
    );
  });

  it('takes no answer that was cut or has a byte changed for the whole', () => {
    fc.assert(
      fc.property(fc.nat(REAL.length - 1), (at) => {
        expect(responseOf('RetrievePropertiesEx', { status: 200, text: REAL.slice(0, at) })._tag).toBe('Left');
      }),
    );
  });

  it('escapes what goes into a request', () => {
    const text = envelope('Login', { type: 'T', value: '<&">' }, '');
    expect(text).toContain('>&lt;&amp;&quot;&gt;</_this>');
  });
});

describe('words of a server', () => {
  it('are always text that an event can hold', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 8, max: 300 }), (text, most) =>
        Text(most).is(plainText(text, most)),
      ),
    );
  });
});
