import { evolvePrincipals } from '../domain/access/evolve-principals.js';
import type { Principal } from '../domain/access/principal.js';
import type { LedgerEvent } from '../domain/catalogue.js';
import { NOTHING, type Projection } from './projection.js';
import { actOf } from './reference.js';
import type { Act } from './reference-row.js';

/** A part of the workload side; the row stays when it was removed. */
export interface PrincipalRow extends Principal {
  readonly trusted: Act;
  /** When it last got other certificates. */
  readonly replaced: Act | null;
  readonly removed: (Act & { readonly reason: string }) | null;
}

export const principals: Projection<PrincipalRow, LedgerEvent> = {
  name: 'principals',
  version: 1,
  evolve: (rows, recorded) => {
    const { event } = recorded;
    if (event.type === 'PrincipalTrusted') {
      const { name } = event.data;
      return [[name, { ...event.data, previous: null, trusted: actOf(recorded), replaced: null, removed: null }]];
    }
    if (event.type !== 'PrincipalRemoved' && event.type !== 'PrincipalCertificatesReplaced') return NOTHING;
    const { name } = event.data;
    const row = rows.get(name);
    if (row === undefined) return NOTHING;
    if (event.type === 'PrincipalRemoved')
      return [[name, { ...row, removed: { ...actOf(recorded), reason: event.data.reason } }]];
    const changed = evolvePrincipals(new Map([[name, row]]), event).get(name);
    return changed === undefined ? NOTHING : [[name, { ...row, ...changed, replaced: actOf(recorded) }]];
  },
};
