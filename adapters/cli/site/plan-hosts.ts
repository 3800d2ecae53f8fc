import type * as t from 'io-ts';
import { segment } from '../send-command.js';
import { type Change, differenceText, type Listed, type PlanOptions, planList } from './change.js';
import type { PresentSite } from './present-site.js';
import type { ResolvedSite } from './resolve-site.js';
import type { SiteHost } from './site-file.js';

type Wanted = t.TypeOf<typeof SiteHost>;
type Present = PresentSite['hosts'][number];

const hosts: Listed<Wanted, Present> = {
  kind: 'host',
  nameOf: ({ id }) => id,
  presentName: ({ id }) => id,
  isGone: ({ retired }) => retired !== null,
  add: (body) => [{ call: { operation: 'enrolHost', method: 'POST', path: '/v1/hosts', body } }],
  differs: ({ displayName, endorsementKey }, present) => differenceText({ displayName, endorsementKey }, present),
  // Nothing that a file could ask for: `settled` says what a person has to do.
  change: () => [],
  take: ({ id }, reason) => ({
    call: { operation: 'retireHost', method: 'POST', path: `/v1/hosts/${segment(id)}/retire`, body: { reason } },
  }),
};

/** What a host was enrolled with stays; another TPM is an event that a person has to stand for. */
const settled = (change: Change): Change =>
  change.mark === '!'
    ? { ...change, detail: `${change.detail}; for another TPM: sekisho host replace-endorsement-key` }
    : change;

const RETIRED = 'is retired, and a retired host never comes back: give it another id';

export const planHosts = (
  { hosts: wanted }: ResolvedSite,
  present: PresentSite,
  options: PlanOptions,
): ReadonlyArray<Change> => {
  if (wanted === undefined) return [];
  const retired = new Set(present.hosts.filter((host) => host.retired !== null).map(({ id }) => id));
  return planList(hosts, wanted, present.hosts, options).map((change) =>
    change.mark === '+' && retired.has(change.name)
      ? { ...change, mark: '!', detail: RETIRED, steps: [] }
      : settled(change),
  );
};
