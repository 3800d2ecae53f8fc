import { inScope, type Scope } from '../../domain/access/scope.js';
import { clusterOfStream, clusterStream } from '../../domain/cluster/cluster-id.js';
import { hostOfStream, hostStream } from '../../domain/host/host-id.js';
import { keyOfStream } from '../../domain/key/key-id.js';
import { providerOfStream, providerStream } from '../../domain/key-provider/provider-id.js';
import type { StreamId } from '../../domain/ledger/envelope.js';
import { jobRow, memberRow } from '../../projections/cluster-row.js';
import { keyRow } from '../../projections/key-row.js';
import type { Principal } from '../access/tokens.js';
import type { Scoping } from './api.js';
import type { Kind } from './reach.js';

type Contains = (id: string) => boolean;

/** What somebody may see and change, as things are now: who was in a cluster once is not in the scope of those who have it. */
export interface Limits {
  readonly scope: Scope;
  readonly contains: Readonly<Record<Kind, Contains>>;
  /** Of a stream that is about none of these kinds: no, unless there is no limit. */
  readonly holdsStream: (stream: StreamId) => boolean;
}

/** A host is in scope by its name, or by the cluster that it is in; a key by its provider, a job by its cluster. */
const containsOf = (reads: Scoping, scope: Scope): Limits['contains'] => {
  const provider: Contains = (id) => inScope(scope, providerStream(id));
  const cluster: Contains = (id) => inScope(scope, clusterStream(id));
  const clusters = reads.clusters?.now() ?? new Map<string, never>();
  return {
    cluster,
    host: (id) => {
      const member = memberRow(clusters, id);
      return inScope(scope, hostStream(id)) || (member !== undefined && cluster(member.cluster));
    },
    job: (id) => {
      const job = jobRow(clusters, id);
      return scope === null || (job !== undefined && cluster(job.cluster));
    },
    key: (id) => {
      const rows = reads.keyLedger?.now();
      const row = rows === undefined ? undefined : keyRow(rows, id);
      return scope === null || (row !== undefined && provider(row.provider));
    },
    'key-provider': provider,
  };
};

const KINDS: ReadonlyArray<readonly [Kind, (stream: StreamId) => string | undefined]> = [
  ['cluster', clusterOfStream],
  ['host', hostOfStream],
  ['key', keyOfStream],
  ['key-provider', providerOfStream],
];

/** `reads` must show everything that was recorded before the request. Who comes without a role is limited by nothing else either. */
export const limitsOf = ({ reads }: { readonly reads: Scoping }, who: Pick<Principal, 'scope'> | undefined): Limits => {
  const scope = who?.scope ?? null;
  const contains = containsOf(reads, scope);
  const isAbout = (stream: StreamId): boolean =>
    KINDS.some(([kind, idOf]) => {
      const id = idOf(stream);
      return id !== undefined && contains[kind](id);
    });
  return { scope, contains, holdsStream: (stream) => scope === null || isAbout(stream) };
};
