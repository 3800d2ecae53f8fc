import { describe, expect, it } from 'vitest';
import { clusterDecider } from '../../../domain/cluster/decider.js';
import type { ClusterEvent, ClusterKind } from '../../../domain/cluster/events.js';
import { isServed } from '../../../domain/cluster/state.js';
import type { Actor } from '../../../domain/ledger/envelope.js';
import { OPERATORS } from '../../support/authority.js';
import { given as givenFor } from '../../support/decider.js';

const given = givenFor(clusterDecider('c1'));
const { alice, wendy } = OPERATORS;
const reason = 'r';

const registered = (kind: ClusterKind = 'trusted'): ClusterEvent => ({
  type: 'ClusterRegistered',
  data: { kind, displayName: null, site: null },
});
const enabled: ClusterEvent = { type: 'ClusterEnabled', data: { reason } };
const disabled: ClusterEvent = { type: 'ClusterDisabled', data: { reason } };
const ended: ClusterEvent = { type: 'ClusterDecommissioned', data: { reason } };

const register = (kind: ClusterKind, by: Actor = alice) =>
  ({ type: 'RegisterCluster', by, kind, displayName: undefined, site: undefined }) as const;
const enable = { type: 'EnableCluster', by: alice, reason } as const;
const disable = { type: 'DisableCluster', by: alice, reason } as const;
const decommission = (hosts = 0, usedBy: ReadonlyArray<string> = []) =>
  ({ type: 'DecommissionCluster', by: alice, reason, hosts, usedBy }) as const;

describe('a cluster', () => {
  it('is an authority or a trusted cluster, and never both', () => {
    given().when(register('trusted')).then(registered('trusted'));
    given(registered('trusted')).when(register('trusted')).thenRejected({ _tag: 'ClusterExists' });
    given(registered('trusted'))
      .when(register('authority'))
      .thenRejected({ _tag: 'ClusterOfOtherKind', kind: 'trusted' });
  });

  it('changes its name and its site, each alone or both, and nothing else by it', () => {
    const change = (displayName?: string | null, site?: string | null) =>
      ({ type: 'ChangeDescription', by: alice, displayName, site }) as const;
    const changed = (old: object, now: object) =>
      ({
        type: 'ClusterDescriptionChanged',
        data: { old: { displayName: null, site: null, ...old }, new: { displayName: null, site: null, ...now } },
      }) as const;
    const named = changed({}, { displayName: 'Payroll' });
    const both = { displayName: 'Payroll', site: 'West' };
    given(registered()).when(change('Payroll')).then(named);
    given(registered(), named)
      .when(change(undefined, 'West'))
      .then(changed({ displayName: 'Payroll' }, both));
    given(registered(), changed({}, both)).when(change(null, null)).then(changed(both, {}));
    for (const same of [change(), change('Payroll'), change('Payroll', null), change(undefined, null)])
      given(registered(), named).when(same).thenRejected({ _tag: 'ClusterUnchanged' });
    given().when(change('Payroll')).thenRejected({ _tag: 'ClusterUnknown' });
    given(registered(), ended).when(change('Payroll')).thenRejected({ _tag: 'ClusterDecommissioned' });
    given(registered(), named, enabled).when(register('trusted')).thenRejected({ _tag: 'ClusterExists' });
    given(registered())
      .when({ ...change('Payroll'), by: wendy })
      .thenRejected({ _tag: 'PermissionRequired', permission: 'ManageTrustedHosts' });
  });

  it('is enabled and disabled, each once', () => {
    given(registered()).when(enable).then(enabled);
    given(registered(), enabled).when(enable).thenRejected({ _tag: 'ClusterAlready', status: 'enabled' });
    given(registered(), enabled).when(disable).then(disabled);
    given(registered()).when(disable).thenRejected({ _tag: 'ClusterAlready', status: 'disabled' });
    given().when(enable).thenRejected({ _tag: 'ClusterUnknown' });
  });

  it('ends without hosts only, and its name is not used again', () => {
    given(registered(), enabled).when(decommission(2)).thenRejected({ _tag: 'ClusterHasHosts', hosts: 2 });
    given(registered(), enabled)
      .when(decommission(0, ['east']))
      .thenRejected({ _tag: 'ClusterInUse', usedBy: ['east'] });
    given(registered(), enabled).when(decommission()).then(ended);
    for (const command of [register('trusted'), register('authority'), enable, disable, decommission()])
      given(registered(), ended).when(command).thenRejected({ _tag: 'ClusterDecommissioned' });
  });

  it("is the trust side's to change", () => {
    for (const command of [register('trusted', wendy), { ...enable, by: wendy }, { ...decommission(), by: wendy }])
      given(registered()).when(command).thenRejected({ _tag: 'PermissionRequired', permission: 'ManageTrustedHosts' });
  });

  it('has its hosts served while it is trusted and enabled', () => {
    expect(isServed(given(registered('trusted'), enabled).state)).toBe(true);
    expect(isServed(given(registered('authority'), enabled).state)).toBe(false);
    for (const events of [[], [registered()], [registered(), enabled, disabled], [registered(), enabled, ended]])
      expect(isServed(given(...events).state)).toBe(false);
  });
});
