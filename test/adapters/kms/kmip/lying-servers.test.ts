import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { KmipOptions } from '../../../../adapters/kms/kmip/options.js';
import {
  byteString,
  enumeration,
  type Item,
  integer,
  structure,
  text,
} from '../../../../adapters/kms/kmip/ttlv/item.js';
import { TAGS, type TagName } from '../../../../adapters/kms/kmip/ttlv/tags.js';
import { writeTtlv } from '../../../../adapters/kms/kmip/ttlv/write-ttlv.js';
import type { KeyServers } from '../../../../domain/key-provider/key-servers.js';
import { testCa } from '../../../support/kmip-certificates.js';
import { kmipKeyServers } from '../../../support/kmip-key-servers.js';
import { left, right } from '../../../support/ledger.js';
import { type Lie, type LyingServer, startLyingServer } from '../../../support/lying-kmip-server.js';

const ca = testCa();

/** `item` with each field of that name, at any depth, replaced. */
const replacing = (item: Item, name: TagName, by: (old: Item) => ReadonlyArray<Item>): Item =>
  item.type === 'structure'
    ? {
        ...item,
        items: item.items.flatMap((inner) => (inner.tag === TAGS[name] ? by(inner) : [replacing(inner, name, by)])),
      }
    : item;

const lieIn =
  (name: TagName, by: (old: Item) => ReadonlyArray<Item>): Lie =>
  ({ answer, socket }) =>
    socket.write(writeTtlv(replacing(answer, name, by)));

const sending =
  (bytes: (answer: Uint8Array) => Uint8Array): Lie =>
  ({ answer, socket }) =>
    socket.write(bytes(writeTtlv(answer)));

const header = (length: number): Uint8Array => {
  const bytes = writeTtlv(structure('ResponseMessage', []));
  new DataView(bytes.buffer).setUint32(4, length);
  return bytes;
};

const failing = (reason: number): Lie =>
  lieIn('ResultStatus', () => [enumeration('ResultStatus', 1), enumeration('ResultReason', reason)]);

const started = async (lies: Parameters<typeof startLyingServer>[1]): Promise<LyingServer> => {
  const server = await startLyingServer(ca, lies);
  onTestFinished(() => server.stop());
  return server;
};

const opened = (ports: ReadonlyArray<number>, more: Partial<KmipOptions> = {}): KeyServers => {
  const servers = kmipKeyServers(ca, ports, { requestTimeoutMillis: 1500, ...more });
  onTestFinished(() => servers.close());
  return servers;
};

const LIES: ReadonlyArray<readonly [string, Lie, RegExp]> = [
  ['a length beyond all bounds', sending(() => header(0xfffffff8)), /must not send more than/],
  ['a length that is no multiple of 8', sending(() => header(13)), /multiple of 8/],
  [
    'a request instead of an answer',
    ({ request, socket }) => socket.write(writeTtlv(request)),
    /must answer with a ResponseMessage/,
  ],
  [
    'what is not TTLV',
    sending(() => Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')),
    /must answer with a ResponseMessage/,
  ],
  ['more than its answer', sending((answer) => Buffer.concat([answer, answer])), /more than its answer/],
  [
    'another batch item id',
    lieIn('UniqueBatchItemId', () => [byteString('UniqueBatchItemId', new Uint8Array(8))]),
    /UniqueBatchItemId must be the one/,
  ],
  ['no batch item id', lieIn('UniqueBatchItemId', () => []), /UniqueBatchItemId must be the one/],
  ['another operation', lieIn('Operation', () => [enumeration('Operation', 0x0a)]), /Operation must be the one/],
  [
    'another version',
    lieIn('ProtocolVersionMinor', () => [integer('ProtocolVersionMinor', 0)]),
    /ProtocolVersion must be the one/,
  ],
  ['two batch items', lieIn('BatchItem', (item) => [item, item]), /BatchItem must be there once/],
  ['another batch count', lieIn('BatchCount', () => [integer('BatchCount', 2)]), /BatchCount be 1/],
  ['a result that is pending', lieIn('ResultStatus', () => [enumeration('ResultStatus', 2)]), /ResultStatus must be/],
  [
    'a failure without a reason',
    lieIn('ResultStatus', () => [enumeration('ResultStatus', 1)]),
    /ResultReason is missing/,
  ],
  [
    'another object',
    lieIn('UniqueIdentifier', () => [text('UniqueIdentifier', '2')]),
    /UniqueIdentifier must be the one asked for/,
  ],
  ['data of another length', lieIn('Data', () => [byteString('Data', new Uint8Array(7))]), /Data must be/],
  ['data of another type', lieIn('Data', () => [text('Data', 'x')]), /Data must be of type bytes/],
  [
    'a field that nobody knows',
    lieIn('Data', (data) => [data, { ...data, tag: 0x42ffff }]),
    /42ffff must not be there/,
  ],
  ['data twice', lieIn('Data', (data) => [data, data]), /Data must be there once/],
  [
    'structures without end',
    sending(() => deep()),
    /structures deep|must be a ResponseMessage|is missing|must not be there/,
  ],
];

const deep = (): Uint8Array => {
  let item: Item = structure('ResponseMessage', []);
  for (let i = 0; i < 200; i++) item = structure('ResponseMessage', [item]);
  return writeTtlv(item);
};

describe('a key server that lies', () => {
  it.each(LIES)('releases nothing with %s', async (_, lie, rule) => {
    for (const operation of ['Encrypt', 'Decrypt'] as const) {
      const { port } = await started({ [operation]: lie });
      const fault = left(await opened([port]).generateKey('1', 32)());
      expect(fault._tag).toBe('KeyServerMisbehaved');
      expect(fault._tag === 'KeyServerMisbehaved' ? fault.rule : '').toMatch(rule);
    }
  });

  it.each(['DiscoverVersions', 'Query', 'GetAttributes'] as const)(
    'is found out in its answer to %s',
    async (operation) => {
      const { port } = await started({ [operation]: sending((answer) => Buffer.concat([answer, answer])) });
      const servers = opened([port]);
      expect(left(await servers.generateKey('1', 32)())._tag).toBe('KeyServerMisbehaved');
    },
  );

  it('is found out when it can not decrypt what it encrypted', async () => {
    const { port } = await started({
      Decrypt: lieIn('Data', (data) => [{ ...data, bytes: new Uint8Array(48) } as Item]),
    });
    const fault = left(await opened([port]).generateKey('1', 32)());
    expect(fault).toMatchObject({ _tag: 'KeyServerMisbehaved', rule: 'must decrypt what it encrypted' });
  });

  it('is found out when it decrypts to something else', async () => {
    let isHonest = true;
    const { port } = await started({
      Decrypt: (exchange) => {
        const lie = lieIn('Data', (data) => [{ ...data, bytes: new Uint8Array(48).fill(7) } as Item]);
        if (isHonest) exchange.socket.write(writeTtlv(exchange.answer));
        else lie(exchange);
      },
    });
    const servers = opened([port]);
    const { ciphertext } = right(await servers.generateKey('1', 32)());
    isHonest = false;
    expect(left(await servers.decrypt('1', ciphertext)())._tag).toBe('CiphertextInvalid');
  });

  it('may add the extensions of its vendor, which nobody reads', async () => {
    const extension: Item = { tag: 0x540001, type: 'text', text: 'hello' };
    const { port } = await started({ Encrypt: lieIn('Data', (data) => [data, extension]) });
    right(await opened([port]).generateKey('1', 32)());
  });

  it('is cut off when its answer never ends', async () => {
    let flooded = 0;
    const { port } = await started({
      Encrypt: ({ socket }) => {
        const flood = (): void => {
          if (socket.destroyed) return;
          flooded += 65_536;
          socket.write(Buffer.alloc(65_536), flood);
        };
        socket.write(header(262_136 - 8), flood);
      },
    });
    const before = process.memoryUsage().rss;
    const servers = opened([port]);
    for (let i = 0; i < 30; i++) expect(left(await servers.generateKey('1', 32)())._tag).toBe('KeyServerMisbehaved');
    expect(flooded).toBeGreaterThan(30 * 262_144);
    expect(process.memoryUsage().rss - before).toBeLessThan(200_000_000);
  });

  it.each([
    ['says nothing', () => undefined],
    ['stops in the middle', sending((answer) => answer.subarray(0, 40))],
  ] satisfies ReadonlyArray<readonly [string, Lie]>)('is given up when it %s', async (_, lie) => {
    const { port } = await started({ Encrypt: lie });
    const fault = left(await opened([port], { requestTimeoutMillis: 200 }).generateKey('1', 32)());
    expect(fault).toMatchObject({ _tag: 'KeyServerUnreachable', detail: 'no answer within 200 ms' });
  });

  it('is unreachable when it hangs up', async () => {
    const { port } = await started({ Encrypt: ({ socket }) => socket.destroy() });
    expect(left(await opened([port]).generateKey('1', 32)())._tag).toBe('KeyServerUnreachable');
  });

  it('loses the connection on which it speaks unasked', async () => {
    const server = await started({
      Encrypt: ({ answer, socket }) => {
        socket.write(writeTtlv(answer));
        setTimeout(() => socket.write(writeTtlv(answer)), 50);
      },
    });
    const servers = opened([server.port], { mostConnectionsPerServer: 1 });
    const first = await servers.generateKey('1', 32)();
    await new Promise((resolve) => setTimeout(resolve, 150));
    right(await servers.generateKey('1', 32)());
    expect(first._tag).toBe('Right');
    expect(server.connections()).toBe(2);
  });

  it('does no harm beside an honest one', async () => {
    const [liar, honest] = [await started({ Encrypt: sending(() => header(0xfffffff8)) }), await started({})];
    const servers = opened([liar.port, honest.port]);
    for (let i = 0; i < 5; i++) right(await servers.generateKey('1', 32)());
  });

  it('makes no second primary key where the first may have been made', async () => {
    let made = 0;
    const count: Lie = ({ answer, socket }) => {
      made++;
      socket.write(writeTtlv(answer));
    };
    const [one, two] = [
      await started({ Create: ({ socket }) => (made++, socket.destroy()) }),
      await started({ Create: count }),
    ];
    expect(left(await opened([one.port, two.port]).createPrimaryKey('first')())._tag).toBe('KeyServerUnreachable');
    expect(made).toBe(1);
  });

  it('never has its words repeated', async () => {
    const { port } = await started({
      Encrypt: lieIn('ResultStatus', () => [
        enumeration('ResultStatus', 1),
        enumeration('ResultReason', 0x12345),
        text('ResultMessage', 'your password is opensesame'),
      ]),
    });
    const fault = left(await opened([port]).generateKey('1', 32)());
    expect(fault).toEqual({
      _tag: 'KeyServerRefused',
      server: 'server-0',
      operation: 'Encrypt',
      reason: 'reason 74565',
    });
  });

  it('says in its answer that it trusts us not', async () => {
    const { port } = await started({ Query: failing(3) });
    const servers = opened([port]);
    expect(left(await servers.generateKey('1', 32)())).toMatchObject({
      _tag: 'KeyServerTrustsUsNot',
      reason: 'AuthenticationNotSuccessful',
    });
    expect(right(await servers.observe()())[0]).toMatchObject({ clientTrustsServer: true, serverTrustsClient: false });
  });
});

describe('before any peer is trusted', () => {
  it('sends nothing to a server, and still sees its certificate', async () => {
    const server = await started({});
    const servers = opened([server.port], { trustedPeers: '' });
    expect(left(await servers.generateKey('1', 32)())).toMatchObject({
      _tag: 'KeyServerNotTrusted',
      rule: 'no peer certificate is trusted yet',
    });
    right(await servers.observe()());
    expect(server.connections()).toBe(0);
    const [shown] = right(await servers.shownCertificates()());
    expect(shown?.pem).toContain('BEGIN CERTIFICATE');
    expect(server.received()).toBe(0);
  });

  it('sends nothing to a server whose certificate is another one', async () => {
    const server = await started({});
    const servers = opened([server.port], { trustedPeers: testCa('other').certificate });
    expect(left(await servers.generateKey('1', 32)())._tag).toBe('KeyServerNotTrusted');
    expect(server.received()).toBe(0);
  });
});

describe('what is no key server', () => {
  it('is unreachable where nobody listens', async () => {
    const server = await startLyingServer(ca, {});
    await server.stop();
    const servers = opened([server.port]);
    expect(left(await servers.generateKey('1', 32)())).toMatchObject({
      _tag: 'KeyServerUnreachable',
      detail: 'ECONNREFUSED',
    });
    expect(left(await servers.shownCertificates()())._tag).toBe('KeyServerUnreachable');
  });

  it('is unreachable when it never finishes a handshake, after the time for connecting', async () => {
    const silent = createTcpServer(() => undefined).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    onTestFinished(() => void silent.close());
    const servers = opened([(silent.address() as AddressInfo).port], { connectTimeoutMillis: 200 });
    expect(left(await servers.generateKey('1', 32)())).toMatchObject({
      _tag: 'KeyServerUnreachable',
      detail: 'timed out',
    });
    expect(left(await servers.shownCertificates()())).toMatchObject({
      _tag: 'KeyServerUnreachable',
      detail: 'timed out',
    });
  });

  it('misbehaves when it speaks no TLS', async () => {
    const plain = createTcpServer((socket) => socket.on('error', () => undefined).end('220 mail ready\r\n')).listen(
      0,
      '127.0.0.1',
    );
    await once(plain, 'listening');
    onTestFinished(() => void plain.close());
    const servers = opened([(plain.address() as AddressInfo).port]);
    expect(left(await servers.generateKey('1', 32)())._tag).toBe('KeyServerMisbehaved');
  });
});

describe('through a proxy', () => {
  const proxyOf = async (
    status: number,
  ): Promise<{ readonly port: number; readonly asked: ReadonlyArray<string | undefined> }> => {
    const asked: Array<string | undefined> = [];
    const proxy: Server = createServer();
    proxy.on('connect', (request, socket) => {
      asked.push(request.url);
      if (status !== 200) return void socket.end(`HTTP/1.1 ${status} No\r\n\r\n`);
      const [host = '', port] = (request.url ?? '').split(':');
      const onward = connect(Number(port), host, () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        onward.pipe(socket).pipe(onward);
      });
      for (const end of [socket, onward]) end.on('error', () => undefined);
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    onTestFinished(() => {
      proxy.closeAllConnections();
      proxy.close();
    });
    return { port: (proxy.address() as AddressInfo).port, asked };
  };

  it('reaches servers and sees their certificates', async () => {
    const server = await started({});
    const proxy = await proxyOf(200);
    const servers = opened([server.port], { proxy: { host: '127.0.0.1', port: proxy.port } });
    right(await servers.generateKey('1', 32)());
    right(await servers.shownCertificates()());
    expect(proxy.asked).toEqual(Array.from({ length: 2 }, () => `127.0.0.1:${server.port}`));
  });

  it('says that the proxy refused', async () => {
    const proxy = await proxyOf(403);
    const servers = opened([1], { proxy: { host: '127.0.0.1', port: proxy.port } });
    expect(left(await servers.generateKey('1', 32)())).toMatchObject({
      _tag: 'KeyServerUnreachable',
      detail: 'proxy answered 403',
    });
  });
});
