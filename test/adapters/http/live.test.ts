import type { Readable } from 'node:stream';
import { beforeAll, describe, expect, it } from 'vitest';
import { type HttpAuthority, openHttpAuthority, type Person } from '../../support/http-authority.js';

describe('the live feed', () => {
  let authority: HttpAuthority;
  const feeds: Array<Readable> = [];
  beforeAll(async () => {
    authority = await openHttpAuthority();
  });

  const listen = async (as: Person, query = ''): Promise<{ readonly next: (until: string) => Promise<string> }> => {
    const headers = { authorization: `Bearer ${authority.tokens.get(as) ?? ''}` };
    const reply = await authority.app.inject({
      method: 'GET',
      url: `/v1/live${query}`,
      headers,
      payloadAsStream: true,
    });
    expect([reply.statusCode, reply.headers['content-type']]).toEqual([200, 'text/event-stream; charset=utf-8']);
    const stream = reply.stream();
    feeds.push(stream);
    let heard = '';
    stream.on('data', (chunk: Buffer) => {
      heard += chunk.toString();
    });
    const next = async (until: string): Promise<string> => {
      while (!heard.includes(until)) await new Promise((resolve) => void stream.once('data', resolve));
      return heard;
    };
    return { next };
  };

  it('tells what is recorded, with its data for auditors only, and may begin earlier', async () => {
    const [auditor, workload] = [await listen('arthur'), await listen('wendy', '?stream=host/')];
    await Promise.all([auditor.next(': live'), workload.next(': live')]);
    await authority.ask('POST', '/v1/hosts', { as: 'wendy', body: { id: 'h1', displayName: 'first' } });
    await authority.ask('POST', '/v1/hosts/h1/quarantine', { as: 'alice', body: { reason: 'seen abroad' } });
    expect(await auditor.next('HostQuarantined')).toContain('seen abroad');
    const heard = await workload.next('HostQuarantined');
    expect(heard).not.toContain('seen abroad');
    expect(heard).toMatch(/id: \d+\nevent: HostQuarantined\ndata: \{"index":\d+,"stream":"host\/h1"/);
    const earlier = await (await listen('arthur', '?from=0')).next('HostQuarantined');
    expect(earlier.match(/^id: /gm)!.length).toBe(await authority.size());
  });

  it('ends when the authority ends', async () => {
    const ended = feeds.map((feed) => new Promise((resolve) => void feed.once('end', resolve)));
    await authority.close();
    await Promise.all(ended);
  });
});
