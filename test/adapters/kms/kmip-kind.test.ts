import { createPrivateKey, X509Certificate } from 'node:crypto';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createMemoryEvidenceStore } from '../../../adapters/evidence-store/memory/memory-evidence-store.js';
import { writeTtlv } from '../../../adapters/kms/kmip/ttlv/write-ttlv.js';
import { kmipKind } from '../../../adapters/kms/kmip-kind.js';
import { systemClock, systemRandom } from '../../../adapters/system.js';
import { utf8 } from '../../../domain/encoding/bytes.js';
import type { KeyServers } from '../../../domain/key-provider/key-servers.js';
import type { SecretVault } from '../../../domain/key-provider/ports.js';
import { clientKeyName, credentialName } from '../../../domain/key-provider/secret-names.js';
import { type ProviderState, unknownProvider } from '../../../domain/key-provider/state.js';
import { testCa } from '../../support/kmip-certificates.js';
import { left, right } from '../../support/ledger.js';
import { fieldOf, startLyingServer } from '../../support/lying-kmip-server.js';

const ca = testCa();
const PROVIDER = 'disks';

const der = (pem: string): Uint8Array => new Uint8Array(new X509Certificate(pem).raw);

const vaultOf = (secrets: Readonly<Record<string, Uint8Array>>): SecretVault => ({
  put: () => TE.right(undefined),
  remove: () => TE.right(undefined),
  has: (name) => TE.right(name in secrets),
  get: (name) => {
    const found = secrets[name];
    return found === undefined ? TE.left({ _tag: 'SecretMissing', name }) : TE.right(found.slice());
  },
});

describe('a provider of kind kmip', () => {
  const setUp = async (more: Partial<ProviderState> = {}) => {
    const passwords: Array<unknown> = [];
    const server = await startLyingServer(ca, {
      Encrypt: ({ request, answer, socket }) => {
        passwords.push(
          fieldOf(request, 'RequestHeader', 'Authentication', 'Credential', 'CredentialValue', 'Password'),
        );
        socket.write(writeTtlv(answer));
      },
    });
    onTestFinished(() => server.stop());
    const evidence = createMemoryEvidenceStore();
    const client = ca.client();
    const certificate = right(await evidence.put(der(client.certificate))());
    const sha256 = right(await evidence.put(der(ca.certificate))());
    const pkcs8 = new Uint8Array(createPrivateKey(client.privateKey).export({ format: 'der', type: 'pkcs8' }));
    const vault = vaultOf({
      [clientKeyName(PROVIDER, 'ours')]: pkcs8,
      [credentialName(PROVIDER, 'first')]: utf8('opensesame'),
      [clientKeyName(PROVIDER, 'broken')]: utf8('no key'),
    });
    const state: ProviderState = {
      ...unknownProvider,
      status: 'active',
      kind: 'kmip',
      settings: { ...unknownProvider.settings, username: 'sekisho' },
      servers: [{ name: 'one', address: `127.0.0.1:${server.port}` }],
      clientCertificate: { certificate, key: 'ours', notAfter: '9999-12-31T23:59:59.000Z' },
      trustedPeers: [{ sha256, subject: 'CN=ca', notAfter: '9999-12-31T23:59:59.000Z' }],
      credential: 'first',
      ...more,
    };
    const opened = await kmipKind({ vault, evidence, clock: systemClock, random: systemRandom })(PROVIDER, state)();
    return { opened, server, passwords };
  };

  const closing = (servers: KeyServers): KeyServers => {
    onTestFinished(() => servers.close());
    return servers;
  };

  it('speaks with the certificate, the key, the password and the peers that events and vault name', async () => {
    const { opened, passwords } = await setUp();
    const servers = closing(right(opened));
    right(await servers.generateKey('1', 32)());
    expect(passwords).toEqual([expect.objectContaining({ text: 'opensesame' })]);
  });

  it('sends nothing before a peer is trusted, and shows what the server shows', async () => {
    const { opened, server } = await setUp({ trustedPeers: [], clientCertificate: undefined });
    const servers = closing(right(opened));
    expect(left(await servers.generateKey('1', 32)())._tag).toBe('KeyServerNotTrusted');
    expect(right(await servers.shownCertificates()())).toHaveLength(1);
    expect(server.received()).toBe(0);
  });

  it('does not open without a secret or a certificate that an event names', async () => {
    const certificate = { certificate: 'f'.repeat(64), key: 'ours', notAfter: '9999-12-31T23:59:59.000Z' };
    expect(left((await setUp({ clientCertificate: certificate })).opened)._tag).toBe('DocumentMissing');
    expect(left((await setUp({ credential: 'second' })).opened)._tag).toBe('SecretMissing');
  });
});
