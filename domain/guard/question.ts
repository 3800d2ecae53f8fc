import * as t from 'io-ts';
import { ClusterId } from '../cluster/cluster-id.js';
import { closed } from '../encoding/closed.js';
import { HostId } from '../host/host-id.js';
import { Workload } from './workload.js';

/** May the workload be started on this host? */
const Start = closed({ ask: t.literal('start'), workload: Workload, host: HostId }, 'Start');

/** May it go from one host to the other while it runs? */
const Move = closed({ ask: t.literal('move'), workload: Workload, from: HostId, to: HostId }, 'Move');

/** May it be copied, with what it holds, from one host to the other? */
const Clone = closed({ ask: t.literal('clone'), workload: Workload, from: HostId, to: HostId }, 'Clone');

/** May it be started again from its storage, in the cluster where `from` failed? */
const Restart = closed(
  { ask: t.literal('restart'), workload: Workload, cluster: ClusterId, from: HostId, to: HostId },
  'Restart',
);

/** May this host reach the storage that the hosts of the cluster share? */
const Storage = closed({ ask: t.literal('storage'), cluster: ClusterId, host: HostId }, 'Storage');

/** May a host copy its data to another one, outside of the keys' reach? */
const Replicate = closed({ ask: t.literal('replicate'), workload: Workload, from: HostId, to: HostId }, 'Replicate');

/** What a scheduler asks before it acts. */
export const Question = t.union([Start, Move, Clone, Restart, Storage, Replicate], 'Question');
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
  readonly kind: 'host' | 'cluster';
  readonly id: string;
  readonly field: string;
}

/** Everything of the authority's that a question is about: what whoever asks has to do with. */
export const namedIn = (question: Question): ReadonlyArray<Named> => {
  const hosts = (fields: Readonly<Record<string, string>>): ReadonlyArray<Named> =>
    Object.entries(fields).map(([field, id]) => ({ kind: 'host', id, field }));
  switch (question.ask) {
    case 'start':
      return hosts({ host: question.host });
    case 'storage':
      return [{ kind: 'cluster', id: question.cluster, field: 'cluster' }, ...hosts({ host: question.host })];
    case 'move':
    case 'clone':
    case 'replicate':
      return hosts({ from: question.from, to: question.to });
    case 'restart':
      return [
        { kind: 'cluster', id: question.cluster, field: 'cluster' },
        ...hosts({ from: question.from, to: question.to }),
      ];
  }
};
