import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair } from 'jose';
import Provider from 'oidc-provider';

/** What a token says of its holder, beside who they are. */
export type Claims = Readonly<Record<string, unknown>>;

export interface OidcIssuer {
  readonly url: string;
  /** A token of the provider's token endpoint for this user, for this audience. */
  readonly tokenOf: (user: string, audience?: string) => Promise<string>;
  readonly close: () => Promise<void>;
  /** How often somebody asked for its keys. */
  readonly asked: () => number;
}

const AUDIENCE = 'urn:sekisho:test';
const SECRET = 'a secret of the test';

const configuration = async (users: Readonly<Record<string, Claims>>): Promise<Readonly<Record<string, unknown>>> => {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const key = { ...(await exportJWK(privateKey)), kid: 'test-1', alg: 'ES256', use: 'sig' };
  return {
    clients: Object.keys(users).map((user) => ({
      client_id: user,
      client_secret: SECRET,
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
      id_token_signed_response_alg: 'ES256',
    })),
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_context: unknown, audience: string) => ({
          scope: '',
          audience,
          accessTokenFormat: 'jwt',
          accessTokenTTL: 300,
          jwt: { sign: { alg: 'ES256' } },
        }),
      },
    },
    extraTokenClaims: (_context: unknown, token: { readonly clientId: string }) => users[token.clientId],
    jwks: { keys: [key] },
    ttl: { ClientCredentials: 300 },
  };
};

/** A real OpenID Connect provider on this machine; its users come with the client credentials grant (RFC 6749, 4.4). */
export const oidcIssuer = async (users: Readonly<Record<string, Claims>>): Promise<OidcIssuer> => {
  let answer: RequestListener = () => undefined;
  let asked = 0;
  const server = createServer((request, response) => {
    if (request.url === '/jwks') asked++;
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  answer = new Provider(url, await configuration(users)).callback();
  return {
    url,
    asked: () => asked,
    tokenOf: async (user, audience = AUDIENCE) => {
      const body = new URLSearchParams({ grant_type: 'client_credentials', resource: audience });
      const authorization = `Basic ${Buffer.from(`${user}:${encodeURIComponent(SECRET)}`).toString('base64')}`;
      const reply = await fetch(`${url}/token`, { method: 'POST', body, headers: { authorization } });
      const answered = (await reply.json()) as { readonly access_token?: string };
      if (answered.access_token === undefined) throw new Error(JSON.stringify(answered));
      return answered.access_token;
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
};
