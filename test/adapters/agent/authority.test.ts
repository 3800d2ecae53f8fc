import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { afterEach, describe, expect, it } from 'vitest';
import { authorityFor } from '../../../adapters/agent/authority.js';
import { type AskJson, askJson } from '../../../adapters/agent/http-json.js';
import { qualifyingData } from '../../../adapters/agent/qualifying-data.js';

const CHALLENGE = {
  nonce: '00ff',
  expiresAt: '2026-01-01T00:00:00.000Z',
  pcrs: { bank: 'sha256', indices: [0, 7] },
};

const answering =
  (status: number, body: unknown, retryAfter?: string): AskJson =>
  () =>
    TE.right({ status, retryAfter, body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)) });

const challengeFrom = (status: number, body: unknown, retryAfter?: string) =>
  authorityFor(answering(status, body, retryAfter), 'host-1').challenge('000b')();

describe("the authority's answers", () => {
  it('are taken when they hold what the agent needs, and may hold more', async () => {
    expect(E.isRight(await challengeFrom(201, { ...CHALLENGE, more: true }))).toBe(true);
  });

  it.each([
    [{ ...CHALLENGE, nonce: 'xyz' }, 'nonce'],
    [{ ...CHALLENGE, nonce: 'ab'.repeat(257) }, 'nonce'],
    [{ ...CHALLENGE, pcrs: { bank: 'md5', indices: [0] } }, 'pcrs.bank'],
    [{ ...CHALLENGE, pcrs: { bank: 'sha256', indices: [] } }, 'pcrs.indices'],
    [{ ...CHALLENGE, pcrs: { bank: 'sha256', indices: [24] } }, 'pcrs.indices'],
    [{ ...CHALLENGE, pcrs: { bank: 'sha256', indices: [7, 7] } }, 'pcrs.indices'],
    [{ ...CHALLENGE, pcrs: { bank: 'sha256', indices: [0, '7 -T evil'] } }, 'pcrs.indices.1'],
    ['no JSON', '(document)'],
    [[], '(document)'],
  ])('are refused by the name of the field (case %#)', async (body, field) => {
    expect(await challengeFrom(201, body)).toMatchObject(E.left({ _tag: 'AnswerMalformed', field }));
  });

  it('tell a refusal by code, title and how long to wait', async () => {
    const result = await challengeFrom(429, { code: 'RateLimited', title: 'Too many requests', detail: 'Wait.' }, '17');
    expect(result).toEqual(
      E.left({
        _tag: 'AuthorityRefused',
        status: 429,
        code: 'RateLimited',
        title: 'Too many requests',
        detail: 'Wait.',
        retryAfterSeconds: 17,
      }),
    );
  });

  it('need not explain a refusal, and can not fill the log with it', async () => {
    const refusal = { code: 'HostRetired', title: 'Host retired' };
    const expected = E.left({ _tag: 'AuthorityRefused', code: 'HostRetired', detail: undefined });
    expect(await challengeFrom(409, refusal)).toMatchObject(expected);
    expect(await challengeFrom(409, { ...refusal, detail: 'x'.repeat(1_025) })).toMatchObject(expected);
  });

  it('are known from those of a proxy, whose wish to wait counts too', async () => {
    expect(await challengeFrom(502, '<html>Bad gateway</html>', '5')).toEqual(
      E.left({ _tag: 'AuthorityNotFound', status: 502, retryAfterSeconds: 5 }),
    );
  });

  it.each(['soon', '-1', '99999999999'])('ignore a wait that is no number of seconds: %s', async (retryAfter) => {
    expect(await challengeFrom(503, {}, retryAfter)).toMatchObject(
      E.left({ _tag: 'AuthorityNotFound', status: 503, retryAfterSeconds: undefined }),
    );
  });

  it('never make the agent throw, whatever they are', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 100, max: 599 }),
        fc.uint8Array(),
        fc.jsonValue(),
        async (status, bytes, json) => {
          const raw: AskJson = () => TE.right({ status, retryAfter: undefined, body: bytes });
          expect(E.isLeft(await authorityFor(raw, 'h').challenge('00')())).toBe(true);
          expect(E.isLeft(await challengeFrom(status, json))).toBe(true);
        },
      ),
    );
  });
});

describe('the way to the authority', () => {
  let server: Server | undefined;
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
  });
  const serve = async (listener: RequestListener, scheme = 'http'): Promise<AskJson> => {
    server = createServer(listener);
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    const url = `${scheme}://127.0.0.1:${String((server.address() as AddressInfo).port)}/behind/`;
    const post = askJson({ url, ca: undefined });
    if (E.isLeft(post)) throw new Error(post.left.rule);
    return post.right;
  };

  it.each([
    ['http://authority.example', 'must be https, or http on the loopback address'],
    ['ftp://127.0.0.1', 'must be https, or http on the loopback address'],
    ['https://user@authority.example', 'must have no user, query or fragment'],
    ['https://authority.example/?a=b', 'must have no user, query or fragment'],
    ['authority', 'must be a URL'],
  ])('is refused when evidence could be read on it: %s', (url, rule) => {
    expect(askJson({ url, ca: undefined })).toEqual(E.left({ _tag: 'AddressFault', rule }));
  });

  it('keeps the path under which the authority is published', async () => {
    const post = await serve((request, response) => response.end(request.url));
    const answer = await post({ path: '/v1/hosts/a/challenges', body: {} })();
    expect(E.isRight(answer) && Buffer.from(answer.right.body).toString()).toBe('/behind/v1/hosts/a/challenges');
  });

  it('does not follow a redirect', async () => {
    const post = await serve((_, response) => response.writeHead(307, { location: 'http://127.0.0.1:1/' }).end());
    expect(await post({ path: '/x', body: {} })()).toMatchObject(E.right({ status: 307 }));
  });

  it('ends at an answer that is too large', async () => {
    const post = await serve((_, response) => response.end(Buffer.alloc(400_000)));
    expect(await post({ path: '/x', body: {} })()).toEqual(
      E.left({
        _tag: 'AuthorityUnreachable',
        detail: expect.stringMatching(/^http:\/\/127.* answer of more than 262144 bytes$/),
      }),
    );
  });

  it('says that what listens there speaks no TLS', async () => {
    const post = await serve((_, response) => response.end('{}'), 'https');
    expect(await post({ path: '/x', body: {} })()).toMatchObject(
      E.left({ _tag: 'AuthorityUnreachable', detail: expect.stringMatching(/speaks no TLS/) }),
    );
  });

  it('says why nobody answered', async () => {
    const post = await serve((request) => request.socket.destroy());
    expect(await post({ path: '/x', body: {} })()).toEqual(
      E.left({ _tag: 'AuthorityUnreachable', detail: expect.stringMatching(/^http:\/\/127\S+: ECONNRESET$/) }),
    );
  });
});

describe('the qualifying data', () => {
  it('binds the nonce, and the wrapping key where there is one', () => {
    const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
    // printf 'sekisho/qualifying-data/v1\0\1\2' | cat - <(head -c 32 /dev/zero) | sha256sum
    expect(hex(qualifyingData(Uint8Array.of(1, 2), undefined))).toBe(
      '57bb95bd3328814bd3b5e85fb97c24517f712cc9301f5688ed3792f3a11eda38',
    );
    // printf 'sekisho/qualifying-data/v1\0\1\2' | cat - <(head -c 32 /dev/zero | sha256sum | xxd -r -p) | sha256sum
    expect(hex(qualifyingData(Uint8Array.of(1, 2), new Uint8Array(32)))).toBe(
      'aac556c699860d491ec396a61c7ced60ea9c58857bd131f3ed893edd3c0e03a6',
    );
  });
});
