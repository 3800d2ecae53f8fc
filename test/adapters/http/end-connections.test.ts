import { EventEmitter, once } from 'node:events';
import { connect } from 'node:net';
import fastify from 'fastify';
import { describe, expect, it } from 'vitest';
import { endConnections } from '../../../adapters/http/end-connections.js';

const opened = async () => {
  const app = fastify({ forceCloseConnections: 'idle', requestTimeout: 30_000 });
  endConnections(app);
  const slow = new EventEmitter();
  app.get('/slow', async () => {
    const answer = once(slow, 'answer');
    slow.emit('asked');
    return String(await answer);
  });
  return { app, slow, url: new URL(await app.listen({ port: 0, host: '127.0.0.1' })) };
};

/** A connection that never asks anything, as browsers open them in advance; resolves with what it was told before it was closed. */
const unused = async (port: number): Promise<{ readonly told: Promise<string> }> => {
  const socket = connect({ port, host: '127.0.0.1' });
  await once(socket, 'connect');
  const told = new Promise<string>((resolve) => {
    let heard = '';
    socket.on('data', (chunk: Buffer) => (heard += chunk.toString()));
    socket.once('close', () => resolve(heard));
  });
  return { told };
};

describe('a server that ends', () => {
  it('answers what was begun, then closes connections on which nothing was asked, without waiting for their time-out', async () => {
    const { app, url, slow } = await opened();
    const idle = await unused(Number(url.port));
    const asked = once(slow, 'asked');
    const answered = fetch(new URL('/slow', url));
    await asked;
    const ended = app.close();
    slow.emit('answer', 'whole');
    expect(await (await answered).text()).toBe('whole');
    expect(await idle.told).toBe('');
    await ended;
  });
});
