import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createKeyStore, type KeyStore, openKeyStore } from '../../../adapters/key-store/key-store.js';
import { readExternalKeys } from '../../../adapters/signer/external-keys.js';
import { serveSigner } from '../../../adapters/signer/serve-signer.js';
import { openSignerConnection } from '../../../adapters/signer/signer-connection.js';
import { fromBase64 } from '../../../domain/encoding/bytes.js';
import type { EventSigner } from '../../../domain/ports.js';
import { signerContract } from '../../contracts/signer.js';
import { left, right } from '../../support/ledger.js';
import { checkpointMessage, eventMessage } from '../../support/signed-messages.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const PASSPHRASE = 'correct horse battery';

const keysIn = async (folder: string): Promise<KeyStore> =>
  right(await createKeyStore(join(folder, 'keys.json'), PASSPHRASE)());

const served = async (folder: string): Promise<string> => {
  const path = join(folder, 'socket');
  const stop = right(await serveSigner(path, { open: openKeyStore(join(folder, 'keys.json'), PASSPHRASE) }));
  onTestFinished(stop);
  return path;
};

const connected = (path: string, timeoutMillis = 20_000) => {
  const connection = openSignerConnection({ path, timeoutMillis });
  onTestFinished(connection.close);
  return connection;
};

const signerFor = async (path: string, kid: string, timeoutMillis?: number): Promise<EventSigner> =>
  right(await readExternalKeys(connected(path, timeoutMillis))()).get(kid)!;

/** A signer that says what it likes to each line. */
const impostor = async (answer: (request: Record<string, string>, socket: Socket) => void): Promise<string> => {
  const path = join(temporaryFolder(), 'socket');
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) =>
      chunk
        .toString()
        .split('\n')
        .filter((line) => line !== '')
        .forEach((line) => answer(JSON.parse(line), socket)),
    );
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  onTestFinished(() => new Promise((resolve) => void server.close(() => resolve(undefined))));
  return path;
};

const say = (socket: Socket, answer: object): void => void socket.write(`${JSON.stringify({ v: 1, ...answer })}\n`);

describe('a key in a file', () => {
  signerContract(async () => {
    const store = await keysIn(temporaryFolder());
    const { kid, publicKey } = store.publicKeys.event;
    return { signer: store.signer('event'), publicKey: fromBase64(publicKey), message: (n) => eventMessage(kid, n) };
  });
});

describe('a key in another process', () => {
  signerContract(async () => {
    const folder = temporaryFolder();
    const { kid, publicKey } = (await keysIn(folder)).publicKeys.event;
    const signer = await signerFor(await served(folder), kid);
    return { signer, publicKey: fromBase64(publicKey), message: (n) => eventMessage(kid, n) };
  });

  it('is served to its owner alone, and by one process', async () => {
    const folder = temporaryFolder();
    await keysIn(folder);
    const path = await served(folder);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const open = openKeyStore(join(folder, 'keys.json'), PASSPHRASE);
    expect(left(await serveSigner(path, { open }))).toMatchObject({ rule: 'is served by another signer' });
    writeFileSync(join(folder, 'file'), '');
    expect(left(await serveSigner(join(folder, 'file'), { open }))).toMatchObject({ _tag: 'SocketFault' });
    expect(left(await serveSigner(path, { open: openKeyStore(join(folder, 'keys.json'), 'wrong one') }))._tag).toBe(
      'PassphraseWrong',
    );
  });

  it('signs nothing but what is its own, and says why', async () => {
    const folder = temporaryFolder();
    const { publicKeys } = await keysIn(folder);
    const keys = right(await readExternalKeys(connected(await served(folder)))());
    const refused = async (kid: string, message: Uint8Array) => left(await keys.get(kid)!.sign(message)()).detail;
    const { event, log, authority } = publicKeys;
    expect(await refused(event.kid, eventMessage(log.kid))).toContain('names this key');
    expect(await refused(log.kid, checkpointMessage(event.kid, 5))).toContain('its own log');
    right(await keys.get(log.kid)!.sign(checkpointMessage(authority.kid, 5))());
    right(await keys.get(log.kid)!.sign(checkpointMessage(authority.kid, 5))());
    expect(await refused(log.kid, checkpointMessage(authority.kid, 4))).toContain('smaller tree');
    expect(await refused(log.kid, checkpointMessage(authority.kid, 5, 2))).toContain('another tree');
    right(await keys.get(log.kid)!.sign(checkpointMessage(authority.kid, 6))());
  });

  it('is away while nobody serves it, and there again afterwards without anything being opened anew', async () => {
    const folder = temporaryFolder();
    const { kid } = (await keysIn(folder)).publicKeys.event;
    const path = join(folder, 'socket');
    const open = openKeyStore(join(folder, 'keys.json'), PASSPHRASE);
    const stop = right(await serveSigner(path, { open }));
    const signer = await signerFor(path, kid);
    right(await signer.sign(eventMessage(kid))());
    await stop();
    rmSync(path, { force: true });
    expect(left(await signer.sign(eventMessage(kid))())).toMatchObject({ _tag: 'SignerUnavailable' });
    onTestFinished(right(await serveSigner(path, { open })));
    right(await signer.sign(eventMessage(kid))());
  });

  it('ends a connection that says anything but requests, and goes on with all others', async () => {
    const folder = temporaryFolder();
    const { kid } = (await keysIn(folder)).publicKeys.event;
    const path = await served(folder);
    const signer = await signerFor(path, kid);
    for (const bytes of [
      'what?\n',
      '{"v":1,"id":"1","op":"export"}\n',
      Buffer.from([0xff, 0x0a]),
      'x'.repeat(140_000),
    ]) {
      const socket = connect(path);
      const gone = new Promise((resolve) => socket.on('close', resolve));
      socket.on('error', () => undefined);
      socket.write(bytes);
      await gone;
    }
    right(await signer.sign(eventMessage(kid))());
  });
});

describe('a signer that is none', () => {
  const named = async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'a'));
    const store = await keysIn(join(folder, 'a'));
    return { ...store.publicKeys.event, store };
  };

  it('is found out when its signature is of something else, before anything is recorded with it', async () => {
    const { kid, publicKey, store } = await named();
    const other = right(await store.signer('event').sign(eventMessage(kid, 9))());
    const path = await impostor(({ id, op }, socket) =>
      say(
        socket,
        op === 'keys'
          ? { id, keys: [{ kid, publicKey, purpose: 'event' }] }
          : { id, signature: Buffer.from(other).toString('base64') },
      ),
    );
    const signer = await signerFor(path, kid);
    expect(left(await signer.sign(eventMessage(kid, 1))()).detail).toContain('is none of key');
    expect(E.isRight(await signer.sign(eventMessage(kid, 9))())).toBe(true);
  });

  it('is not believed about a key whose id is another one’s', async () => {
    const { kid, store } = await named();
    const { publicKey } = store.publicKeys.log;
    const path = await impostor(({ id }, socket) => say(socket, { id, keys: [{ kid, publicKey, purpose: 'event' }] }));
    expect(left(await readExternalKeys(connected(path))()).detail).toContain('another public key');
  });

  it('is not waited for longer than was said, nor heard when it answers something else', async () => {
    const { kid, publicKey } = await named();
    const list = { keys: [{ kid, publicKey, purpose: 'event' }] };
    const silent = await impostor(({ id, op }, socket) => (op === 'keys' ? say(socket, { id, ...list }) : undefined));
    const signer = await signerFor(silent, kid, 200);
    expect(left(await signer.sign(eventMessage(kid))()).detail).toContain('took too long');
    for (const answer of [{ id: '99', signature: 'AAAA' }, { id: '2', more: 1 }, { signature: 'AAAA' }]) {
      const path = await impostor(({ id, op }, socket) => say(socket, op === 'keys' ? { id, ...list } : answer));
      expect(left(await (await signerFor(path, kid)).sign(eventMessage(kid))()).detail).toContain('something else');
    }
    const endless = await impostor((_, socket) => void socket.write('x'.repeat(200_000)));
    expect(left(await readExternalKeys(connected(endless))()).detail).toContain('went away');
    const closing = await impostor((_, socket) => void socket.destroy());
    expect(left(await readExternalKeys(connected(closing))())._tag).toBe('SignerUnavailable');
  });
});
