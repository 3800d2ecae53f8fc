import type { Clock, Random } from '../../../domain/ports.js';
import type { Credential } from './messages/request.js';

export interface KmipServerAddress {
  /** How the server is called in events and faults. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** The name that its certificate must have, if not `host`. Not asked of a certificate that is itself trusted. */
  readonly certificateName?: string;
}

export interface ClientCertificate {
  /** The certificate, and what leads to its CA, as PEM. */
  readonly certificate: string;
  /** PKCS #8, as PEM. Never in an event, a fault or a log. */
  readonly privateKey: string;
}

export interface KmipOptions {
  readonly servers: ReadonlyArray<KmipServerAddress>;
  /** PEM: certificates of servers themselves, or of CAs that issue them. None: nothing is ever sent. */
  readonly trustedPeers: string;
  /** Undefined while there is none: then no server lets us in. */
  readonly client?: ClientCertificate;
  readonly credential?: Credential;
  /** An HTTP proxy that is asked to CONNECT. */
  readonly proxy?: { readonly host: string; readonly port: number };
  readonly connectTimeoutMillis: number;
  readonly requestTimeoutMillis: number;
  readonly mostConnectionsPerServer: number;
  /** Whether a primary key may be fetched to wrap with it here, when the server doesn't encrypt. */
  readonly primaryKeyMayLeave: boolean;
}

export interface KmipDeps {
  readonly clock: Clock;
  readonly random: Random;
}
