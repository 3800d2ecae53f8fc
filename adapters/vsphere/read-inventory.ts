import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Observation, SeenCluster, SeenHost } from '../../domain/inventory/observation.js';
import { textIn, type XmlElement } from '../text/xml-tree.js';
import { plainText } from './plain-text.js';
import { type PropertyObject, retrieveProperties, type Wanted } from './property-objects.js';
import { type ManagedObject, referenceOf, referenceXml } from './soap-message.js';
import { type VsphereFault, vsphereFault } from './vsphere-fault.js';
import type { ServiceContent, VsphereSession } from './vsphere-session.js';

/** One reading of a server; `boots` says since when each host runs, for whoever wants its report of that boot. */
export interface Reading {
  readonly observation: Observation;
  readonly boots: ReadonlyArray<{ readonly key: string; readonly name: string; readonly since: string }>;
}

const WANTED: ReadonlyArray<Wanted> = [
  { type: 'ClusterComputeResource', properties: ['name'] },
  {
    type: 'HostSystem',
    properties: [
      'name',
      'parent',
      'hardware.systemInfo.uuid',
      'capability.tpmSupported',
      'capability.tpmVersion',
      'summary.tpmAttestation',
      'runtime.bootTime',
    ],
  },
];

const textOf = (element: XmlElement | undefined): string | undefined => {
  const text = element?.text.trim();
  return text === undefined || text === '' ? undefined : text;
};

const tpmOf = (values: PropertyObject['values']): SeenHost['tpm'] => {
  const supported = textOf(values.get('capability.tpmSupported'));
  const version = textOf(values.get('capability.tpmVersion'));
  if (supported === 'false') return 'none';
  return supported === 'true' && (version === '1.2' || version === '2.0') ? version : 'unknown';
};

const verdictOf = (values: PropertyObject['values']): SeenHost['verdict'] => {
  const info = values.get('summary.tpmAttestation');
  const status = info === undefined ? undefined : textIn(info, 'status');
  if (status === 'accepted') return 'accepted';
  return status === 'notAccepted' ? 'refused' : 'none';
};

const MOST_KEY = 64;

const hostOf = ({ self, values }: PropertyObject): E.Either<VsphereFault, SeenHost> => {
  const [name, parent] = [textOf(values.get('name')), referenceOf(values.get('parent'))];
  // Without them a host would seem to have left its cluster: the account may see it, and not into it.
  if (name === undefined || parent === undefined) {
    return E.left(vsphereFault('AccessDenied', 'a host without a name or a parent'));
  }
  if (self.value.length > MOST_KEY || parent.value.length > MOST_KEY) {
    return E.left(vsphereFault('AnswerMalformed', 'a host with a key of more than 64 characters'));
  }
  const uuid = textOf(values.get('hardware.systemInfo.uuid'));
  return E.right({
    key: self.value,
    name: plainText(name, 256),
    uuid: uuid === undefined ? null : plainText(uuid, 64),
    cluster: parent.type === 'ClusterComputeResource' ? parent.value : null,
    tpm: tpmOf(values),
    verdict: verdictOf(values),
  });
};

const clusterOf = ({ self, values }: PropertyObject): E.Either<VsphereFault, SeenCluster> =>
  pipe(
    E.fromNullable(vsphereFault('AccessDenied', 'a cluster without a name'))(textOf(values.get('name'))),
    E.filterOrElse(
      () => self.value.length <= MOST_KEY,
      () => vsphereFault('AnswerMalformed', 'a cluster with a key of more than 64 characters'),
    ),
    E.map((name) => ({ key: self.value, name: plainText(name, 128) })),
  );

const BOOT = /^\d{4}-\d{2}-\d{2}T[\d:.]{8,18}(?:Z|[+-]\d{2}:\d{2})$/;

const bootsOf = (hosts: ReadonlyArray<PropertyObject>): Reading['boots'] =>
  hosts.flatMap(({ self, values }) => {
    const [name, since] = [textOf(values.get('name')), textOf(values.get('runtime.bootTime'))];
    return name === undefined || since === undefined || !BOOT.test(since) ? [] : [{ key: self.value, name, since }];
  });

const readingOf = (
  { instance, product }: ServiceContent,
  objects: ReadonlyArray<PropertyObject>,
): E.Either<VsphereFault, Reading> => {
  const of = (type: string): ReadonlyArray<PropertyObject> => objects.filter(({ self }) => self.type === type);
  const found = of('HostSystem');
  return pipe(
    E.Do,
    E.bind('hosts', () => E.traverseArray(hostOf)(found)),
    E.bind('clusters', () => E.traverseArray(clusterOf)(of('ClusterComputeResource'))),
    E.map(({ hosts, clusters }) => ({
      observation: { instance, product, clusters, hosts },
      boots: bootsOf(found),
    })),
  );
};

const viewOf = (
  session: VsphereSession,
  { viewManager, rootFolder }: ServiceContent,
): TE.TaskEither<VsphereFault, ManagedObject> => {
  const types = WANTED.map(({ type }) => `<type>${type}</type>`).join('');
  const inner = `${referenceXml('container', rootFolder)}${types}<recursive>true</recursive>`;
  return pipe(
    session.call('CreateContainerView', viewManager, inner),
    TE.flatMapEither(({ response }) => {
      const view = referenceOf(response.children.find(({ name }) => name === 'returnval'));
      return E.fromNullable(vsphereFault('AnswerMalformed', 'no view'))(view);
    }),
  );
};

/** Everything at once, from a view that is destroyed again: nothing is changed on the server. */
export const readInventory = (session: VsphereSession): TE.TaskEither<VsphereFault, Reading> =>
  pipe(
    session.content,
    TE.flatMap((content) =>
      TE.bracket(
        viewOf(session, content),
        (view) => retrieveProperties(session, content.propertyCollector, view, WANTED),
        // It ends with the session in any case.
        (view) =>
          pipe(
            session.call('DestroyView', view, ''),
            TE.match(
              () => undefined,
              () => undefined,
            ),
            TE.fromTask,
          ),
      ),
    ),
    TE.bindTo('objects'),
    TE.bind('content', () => session.content),
    TE.flatMapEither(({ content, objects }) => readingOf(content, objects)),
  );
