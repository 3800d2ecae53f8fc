import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { holdAccess } from '../../../adapters/agent/held-access.js';
import { openKeySocket } from '../../../adapters/agent/key-socket.js';
import { makeAttester } from '../../../adapters/agent/make-attester.js';
import { right } from '../../support/ledger.js';

describe('the socket for local programs', () => {
  let folder: string;
  let path: string;
  let stop: (() => Promise<void>) | undefined;

  const open = async (): Promise<Awaited<ReturnType<typeof openKeySocket>>> => {
    const options = { url: 'http://127.0.0.1:9', host: 'host-1', stateFolder: join(folder, 'agent') };
    const client = right(await makeAttester(options, () => undefined)());
    const opened = await openKeySocket(path, client, holdAccess());
    if (E.isRight(opened)) stop = opened.right;
    return opened;
  };
  const send = (body: string): Promise<{ readonly status: number | undefined; readonly text: string }> =>
    new Promise((resolve, reject) => {
      const asking = request({ socketPath: path, method: 'POST' }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => (text += part));
        response.on('end', () => resolve({ status: response.statusCode, text }));
      });
      asking.on('error', reject);
      asking.end(body);
    });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sekisho-socket-'));
    path = join(folder, 'agent.sock');
    stop = undefined;
  });
  afterEach(async () => {
    await stop?.();
    await rm(folder, { recursive: true, force: true });
  });

  it.each([
    ['no JSON', 'the request '],
    ['{}', 'the request '],
    [JSON.stringify({ operation: 'get', provider: 'local', bytes: 31 }), 'the request '],
    [JSON.stringify({ operation: 'get', provider: 'local', bytes: 32, more: 1 }), 'the request '],
    ['"'.padEnd(70_000, 'a'), 'the request must be at most 65536 bytes'],
  ])('names what is wrong with a request (case %#)', async (body, message) => {
    await open();
    const { status, text } = await send(body);
    expect(status).toBe(400);
    expect(JSON.parse(text)).toMatchObject({ exit: 2, message: expect.stringContaining(message) });
  });

  it('gives nothing while the host has no access', async () => {
    await open();
    const { status, text } = await send(JSON.stringify({ operation: 'get', provider: 'local', bytes: 32 }));
    expect(status).toBe(403);
    expect(JSON.parse(text)).toMatchObject({ exit: 3, code: 'NoAccess' });
  });

  it('takes the place of no other file and of no other agent', async () => {
    await writeFile(path, 'a file');
    expect(await open()).toMatchObject(E.left({ rule: 'is there already and is no socket' }));
    await rm(path);
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(path, resolve));
    expect(await open()).toMatchObject(E.left({ rule: 'is served by another agent' }));
    await new Promise((resolve) => other.close(resolve));
    expect(E.isRight(await open())).toBe(true);
  });
});
