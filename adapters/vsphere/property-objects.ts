import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { childOf, childrenOf, textIn, type XmlElement } from '../text/xml-tree.js';
import { escapeXml, faultOfWord, type ManagedObject, referenceOf, referenceXml } from './soap-message.js';
import { type VsphereFault, vsphereFault } from './vsphere-fault.js';
import type { VsphereSession } from './vsphere-session.js';

/** An object of the server's with the properties that were asked for and that it has. */
export interface PropertyObject {
  readonly self: ManagedObject;
  readonly values: ReadonlyMap<string, XmlElement>;
}

export interface Wanted {
  readonly type: string;
  readonly properties: ReadonlyArray<string>;
}

const MOST_OBJECTS = 5_000;
const PAGE = 200;

const specOf = (view: ManagedObject, wanted: ReadonlyArray<Wanted>): string => {
  const sets = wanted.map(({ type, properties }) => {
    const paths = properties.map((path) => `<pathSet>${escapeXml(path)}</pathSet>`).join('');
    return `<propSet><type>${escapeXml(type)}</type>${paths}</propSet>`;
  });
  const walk =
    '<skip>true</skip><selectSet xsi:type="TraversalSpec"><name>members</name><type>ContainerView</type><path>view</path><skip>false</skip></selectSet>';
  const objects = `<objectSet>${referenceXml('obj', view)}${walk}</objectSet>`;
  return `<specSet>${sets.join('')}${objects}</specSet><options><maxObjects>${String(PAGE)}</maxObjects></options>`;
};

const MISSING_FAULT = /^(?:.*:)?([A-Za-z0-9]{1,64})$/;

/** A session that ended shows here too, as a fault of every property. */
const missingOf = (object: XmlElement): E.Either<VsphereFault, undefined> => {
  const faults = childrenOf(object, 'missingSet').map((missing) => {
    const fault = childOf(missing, 'fault');
    const inner = fault === undefined ? undefined : childOf(fault, 'fault');
    return MISSING_FAULT.exec(inner?.attributes['type'] ?? '')?.[1];
  });
  const ended = faults.find((word) => word === 'NotAuthenticated');
  return ended === undefined ? E.right(undefined) : E.left(faultOfWord(ended));
};

const objectOf = (object: XmlElement): E.Either<VsphereFault, PropertyObject> => {
  const self = referenceOf(childOf(object, 'obj'));
  if (self === undefined) return E.left(vsphereFault('AnswerMalformed', 'an object without a reference'));
  const values = childrenOf(object, 'propSet').flatMap((set) => {
    const [name, value] = [textIn(set, 'name'), childOf(set, 'val')];
    return name === undefined || value === undefined ? [] : [[name, value] as const];
  });
  return pipe(
    missingOf(object),
    E.map(() => ({ self, values: new Map(values) })),
  );
};

interface Page {
  readonly objects: ReadonlyArray<PropertyObject>;
  readonly token: string | undefined;
}

/** An empty result has no element at all. */
const pageOf = (response: XmlElement): E.Either<VsphereFault, Page> => {
  const result = childOf(response, 'returnval');
  if (result === undefined) return E.right({ objects: [], token: undefined });
  return pipe(
    childrenOf(result, 'objects'),
    E.traverseArray(objectOf),
    E.map((objects) => ({ objects, token: textIn(result, 'token') })),
  );
};

const restOf = (
  session: VsphereSession,
  collector: ManagedObject,
  { objects, token }: Page,
): TE.TaskEither<VsphereFault, ReadonlyArray<PropertyObject>> => {
  if (objects.length > MOST_OBJECTS)
    return TE.left(vsphereFault('AnswerTooLarge', `more than ${String(MOST_OBJECTS)} objects`));
  if (token === undefined) return TE.right(objects);
  return pipe(
    session.call('ContinueRetrievePropertiesEx', collector, `<token>${escapeXml(token)}</token>`),
    TE.flatMapEither(({ response }) => pageOf(response)),
    TE.flatMap(
      (page): TE.TaskEither<VsphereFault, ReadonlyArray<PropertyObject>> =>
        // A server that goes on without saying anything would go on for ever.
        page.objects.length === 0 && page.token !== undefined
          ? TE.left(vsphereFault('AnswerMalformed', 'a page without objects'))
          : restOf(session, collector, { objects: [...objects, ...page.objects], token: page.token }),
    ),
  );
};

/** What the view holds, page by page. */
export const retrieveProperties = (
  session: VsphereSession,
  collector: ManagedObject,
  view: ManagedObject,
  wanted: ReadonlyArray<Wanted>,
): TE.TaskEither<VsphereFault, ReadonlyArray<PropertyObject>> =>
  pipe(
    session.call('RetrievePropertiesEx', collector, specOf(view, wanted)),
    TE.flatMapEither(({ response }) => pageOf(response)),
    TE.flatMap((page) => restOf(session, collector, page)),
  );
