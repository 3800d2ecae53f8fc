import type { JSX } from 'preact';
import type { Clusters as ClustersAnswer, TopologyAnswer } from '../answers.js';
import { useConsole } from '../context.js';
import { readOf } from '../place.js';
import { Panel, Shown, TrueAt } from '../shown.js';
import { Table } from '../table.js';
import { Answered, useAnswer } from '../use-answer.js';

type Cluster = ClustersAnswer['clusters'][number];

/** Which clusters offer services, and to whom. */
const Offered = ({ topology }: { readonly topology: TopologyAnswer }): JSX.Element => (
  <ul class="vouched">
    {topology.authorities.map(({ id, services, usedBy }) => (
      <li key={id}>
        <b>{id}</b> offers {services.length} {services.length === 1 ? 'service' : 'services'}, used by{' '}
        {usedBy.length === 0 ? 'no cluster' : usedBy.join(', ')}
      </li>
    ))}
  </ul>
);

/** What its hosts apply, against what they shall: a sign and the API's own word. */
const HEALTH: Readonly<Record<string, string>> = {
  OK: '✓ as desired',
  ERROR: '✕ differs',
  NONE: '– nothing is desired',
};

const healthOf = (topology: TopologyAnswer, { id }: Cluster): string => {
  const health = topology.trusted.find((trusted) => trusted.id === id)?.health ?? '';
  return HEALTH[health] ?? health;
};

const Name = ({ cluster }: { readonly cluster: Cluster }): JSX.Element => {
  const { href } = useConsole();
  return (
    <>
      <a href={href(['hosts'], { cluster: cluster.id })}>{cluster.id}</a>
      {cluster.displayName === null ? null : (
        <small>
          <Shown text={cluster.displayName} most={80} />
        </small>
      )}
    </>
  );
};

const Both = ({ all, topology }: { readonly all: ClustersAnswer; readonly topology: TopologyAnswer }): JSX.Element => (
  <>
    <Table
      caption="Clusters by name"
      rows={all.clusters}
      keyOf={({ id }) => id}
      none="No cluster is registered at this moment."
      columns={[
        { title: 'Cluster', cell: (cluster) => <Name cluster={cluster} /> },
        { title: 'Kind', cell: ({ kind }) => kind },
        { title: 'Status', cell: ({ status }) => status },
        { title: 'Hosts', cell: ({ hosts }) => hosts },
        { title: 'Services', cell: (cluster) => healthOf(topology, cluster) },
        { title: 'Site', cell: ({ site }) => (site === null ? null : <Shown text={site} most={80} />) },
      ]}
    />
    {topology.authorities.length === 0 ? null : (
      <Panel title="Who serves whom">
        <Offered topology={topology} />
      </Panel>
    )}
    <TrueAt asOf={all.asOf} />
  </>
);

/** Clusters, what they offer each other, and whether their hosts apply it. */
export const Clusters = (): JSX.Element => {
  const { moment } = useConsole();
  const clusters = useAnswer<ClustersAnswer>(readOf('v1/clusters', moment));
  const topology = useAnswer<TopologyAnswer>(readOf('v1/topology', moment));
  return (
    <section class="view">
      <h1>Clusters</h1>
      <Answered asked={clusters}>
        {(all) => <Answered asked={topology}>{(told) => <Both all={all} topology={told} />}</Answered>}
      </Answered>
    </section>
  );
};
