import * as t from 'io-ts';
import { ClusterId } from '../cluster/cluster-id.js';
import { closed } from '../encoding/closed.js';
import { HostId } from '../host/host-id.js';
import { EarlierWorkload, Workload } from './workload.js';

/** May this host reach the storage that the hosts of the cluster share? */
const Storage = closed({ ask: t.literal('storage'), cluster: ClusterId, host: HostId }, 'Storage');

const questionOf = <W extends t.Mixed>(workload: W) => {
  const between = { workload, from: HostId, to: HostId };
  return t.union(
    [
      /** May the workload be started on this host? */
      closed({ ask: t.literal('start'), workload, host: HostId }, 'Start'),
      /** May it go from one host to the other while it runs? */
      closed({ ask: t.literal('move'), ...between }, 'Move'),
      /** May it be copied, with what it holds, from one host to the other? */
      closed({ ask: t.literal('clone'), ...between }, 'Clone'),
      /** May it be started again from its storage, in the cluster where `from` failed? */
      closed({ ask: t.literal('restart'), workload, cluster: ClusterId, from: HostId, to: HostId }, 'Restart'),
      Storage,
      /** May a host copy its data to another one, outside of the keys' reach? */
      closed({ ask: t.literal('replicate'), ...between }, 'Replicate'),
    ],
    'Question',
  );
};

/** As questions were before workloads could name a key provider. */
export const EarlierQuestion = questionOf(EarlierWorkload);

/** What a scheduler asks before it acts. */
export const Question = questionOf(Workload);
export type Question = t.TypeOf<typeof Question>;

/** More are asked in several requests. */
export const MOST_QUESTIONS = 256;

/** Hosts that a question is about, each in its part. */
export const hostsOf = (question: Question): ReadonlyArray<string> => {
  switch (question.ask) {
    case 'start':
    case 'storage':
      return [question.host];
    case 'move':
    case 'clone':
    case 'restart':
    case 'replicate':
      return [question.from, question.to];
  }
};

/** Something that a question names, and in which of its fields. */
export interface Named {
  readonly kind: 'host' | 'cluster' | 'key-provider';
  readonly id: string;
  readonly field: string;
}

const hostFields = (question: Question): Readonly<Record<string, string>> =>
  'host' in question ? { host: question.host } : { from: question.from, to: question.to };

/** Everything of the authority's that a question is about: what whoever asks has to do with. */
export const namedIn = (question: Question): ReadonlyArray<Named> => {
  const provider = 'workload' in question ? question.workload.keyProvider : undefined;
  return [
    ...('cluster' in question ? [{ kind: 'cluster' as const, id: question.cluster, field: 'cluster' }] : []),
    ...Object.entries(hostFields(question)).map(([field, id]) => ({ kind: 'host' as const, id, field })),
    ...(provider === undefined ? [] : [{ kind: 'key-provider' as const, id: provider, field: 'workload.keyProvider' }]),
  ];
};
