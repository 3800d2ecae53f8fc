import type { AccessEvent } from './events.js';
import type { Principal } from './principal.js';

export type PrincipalEvent = Extract<
  AccessEvent,
  { readonly type: 'PrincipalTrusted' | 'PrincipalCertificatesReplaced' | 'PrincipalRemoved' }
>;

type Principals = ReadonlyMap<string, Principal>;

export const evolvePrincipals = (principals: Principals, event: PrincipalEvent): Principals => {
  const next = new Map(principals);
  const held = next.get(event.data.name);
  switch (event.type) {
    case 'PrincipalTrusted':
      next.set(event.data.name, { ...event.data, previous: null });
      return next;
    case 'PrincipalCertificatesReplaced': {
      const { name, chain, previousUntil: until } = event.data;
      if (held !== undefined)
        next.set(name, { ...held, chain, previous: until === null ? null : { chain: held.chain, until } });
      return next;
    }
    case 'PrincipalRemoved':
      next.delete(event.data.name);
      return next;
  }
};
