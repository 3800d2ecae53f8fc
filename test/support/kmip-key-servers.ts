import { openKmipKeyServers } from '../../adapters/kms/kmip/open-kmip-key-servers.js';
import type { KmipOptions } from '../../adapters/kms/kmip/options.js';
import { systemClock, systemRandom } from '../../adapters/system.js';
import type { KeyServers } from '../../domain/key-provider/key-servers.js';
import type { TestCa } from './kmip-certificates.js';
import { right } from './ledger.js';

/** Key servers on this machine's ports, trusted by `ca` and trusting it. */
export const kmipKeyServers = (ca: TestCa, ports: ReadonlyArray<number>, more: Partial<KmipOptions> = {}): KeyServers =>
  right(
    openKmipKeyServers(
      {
        servers: ports.map((port, i) => ({ name: `server-${i}`, host: '127.0.0.1', port })),
        trustedPeers: ca.certificate,
        client: ca.client(),
        connectTimeoutMillis: 5000,
        requestTimeoutMillis: 20_000,
        mostConnectionsPerServer: 4,
        primaryKeyMayLeave: false,
        ...more,
      },
      { clock: systemClock, random: systemRandom },
    ),
  );
