import type { Change, PlanOptions } from './change.js';
import { planClusters } from './plan-clusters.js';
import { planGuard } from './plan-guard.js';
import { planHosts } from './plan-hosts.js';
import { planPrincipals, planTokenIssuers } from './plan-issuers.js';
import { planKeyProviders } from './plan-key-providers.js';
import { planApprovals, planOperators } from './plan-people.js';
import { planImages, planPolicy, planReference } from './plan-reference.js';
import type { PresentSite } from './present-site.js';
import type { ResolvedSite } from './resolve-site.js';
import { withSecondPerson } from './second-person.js';

/** Changes of one phase don't depend on each other; each phase may depend on those before it. */
export type Phase = ReadonlyArray<Change>;

/** A service goes before others are attached in its place, so with its own phase. */
const isTaking = ({ mark, kind }: Change): boolean => mark === '-' && kind !== 'service';

/**
 * People and rules first, then what is trusted, then who is served; what needs a second person from now on comes after
 * all that. Taking away comes last and goes backwards, so that nothing is left that uses what is gone.
 */
export const planSite = (site: ResolvedSite, present: PresentSite, options: PlanOptions): ReadonlyArray<Phase> => {
  const phases = [
    planOperators(site, present, options),
    planTokenIssuers(site, present, options),
    planPrincipals(site, present, options),
    planPolicy(site, present),
    planGuard(site, present),
    ...planReference(site, present, options),
    planImages(site, present, options),
    planKeyProviders(site, present, options),
    planHosts(site, present, options),
    ...planClusters(site, present, options),
    planApprovals(site, present),
  ];
  const asking = withSecondPerson(present.approvals);
  const told = phases.map((phase) => phase.map(asking));
  const making = told.map((phase) => phase.filter((change) => !isTaking(change)));
  const taking = told.map((phase) => phase.filter(isTaking)).reverse();
  return [...making, ...taking].filter((phase) => phase.length > 0);
};
