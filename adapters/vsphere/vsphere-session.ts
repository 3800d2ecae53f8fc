import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { childOf, textIn, type XmlElement } from '../text/xml-tree.js';
import { plainText } from './plain-text.js';
import { envelope, escapeXml, type ManagedObject, referenceOf, responseOf } from './soap-message.js';
import type { SoapTransport } from './soap-transport.js';
import { type VsphereFault, vsphereFault } from './vsphere-fault.js';

/** What a server says of itself to anybody, and where its services are. */
export interface ServiceContent {
  readonly instance: string;
  readonly product: string;
  readonly rootFolder: ManagedObject;
  readonly propertyCollector: ManagedObject;
  readonly viewManager: ManagedObject;
  readonly sessionManager: ManagedObject;
}

export interface Credential {
  readonly user: string;
  readonly password: string;
}

/** Requests of somebody who is logged in. */
export interface VsphereSession {
  readonly content: TE.TaskEither<VsphereFault, ServiceContent>;
  readonly call: (method: string, self: ManagedObject, inner: string) => TE.TaskEither<VsphereFault, SoapReplyBody>;
  /** Logs out, so that the server need not wait for the session to end. */
  readonly end: TE.TaskEither<VsphereFault, unknown>;
}

/** The response element, and all of the text that it came in. */
export interface SoapReplyBody {
  readonly response: XmlElement;
  readonly text: string;
}

const SERVICE: ManagedObject = { type: 'ServiceInstance', value: 'ServiceInstance' };

const contentOf = (response: XmlElement): E.Either<VsphereFault, ServiceContent> => {
  const content = childOf(response, 'returnval');
  const about = content === undefined ? undefined : childOf(content, 'about');
  const of = (name: string): ManagedObject | undefined =>
    content === undefined ? undefined : referenceOf(childOf(content, name));
  const [instance, product] = about === undefined ? [] : [textIn(about, 'instanceUuid'), textIn(about, 'fullName')];
  const [rootFolder, propertyCollector] = [of('rootFolder'), of('propertyCollector')];
  const [viewManager, sessionManager] = [of('viewManager'), of('sessionManager')];
  if (instance === undefined) return E.left(vsphereFault('AnswerMalformed', 'a server without identity: no vCenter'));
  return rootFolder === undefined ||
    propertyCollector === undefined ||
    viewManager === undefined ||
    sessionManager === undefined
    ? E.left(vsphereFault('AnswerMalformed', 'a service without a root folder or a manager'))
    : E.right({
        instance: plainText(instance, 64),
        product: plainText(product ?? '', 256),
        rootFolder,
        propertyCollector,
        viewManager,
        sessionManager,
      });
};

const ask =
  (transport: SoapTransport) =>
  (method: string, self: ManagedObject, inner: string): TE.TaskEither<VsphereFault, SoapReplyBody> =>
    pipe(
      transport.send(envelope(method, self, inner)),
      TE.flatMapEither((reply) =>
        pipe(
          responseOf(method, reply),
          E.map((response) => ({ response, text: reply.text })),
        ),
      ),
    );

/**
 * Logs in when it is first needed, and once more when the server says that it knows the session no more. The password is
 * in the body of `Login` and nowhere else.
 */
export const vsphereSession = (transport: SoapTransport, { user, password }: Credential): VsphereSession => {
  let known: ServiceContent | undefined;
  let isIn = false;
  const say = ask(transport);
  const content: VsphereSession['content'] = () =>
    known === undefined
      ? pipe(
          say('RetrieveServiceContent', SERVICE, ''),
          TE.flatMapEither(({ response }) => contentOf(response)),
          TE.map((found) => (known = found)),
        )()
      : TE.right(known)();
  const login = pipe(
    content,
    TE.tapIO(() => transport.forget),
    TE.flatMap(({ sessionManager }) => {
      const inner = `<userName>${escapeXml(user)}</userName><password>${escapeXml(password)}</password>`;
      return say('Login', sessionManager, inner);
    }),
    TE.map(() => {
      isIn = true;
    }),
  );
  const loggedIn: TE.TaskEither<VsphereFault, void> = () => (isIn ? TE.right(undefined)() : login());
  const call: VsphereSession['call'] = (method, self, inner) =>
    pipe(
      loggedIn,
      TE.flatMap(() => say(method, self, inner)),
      TE.orElse((fault) => {
        if (!fault.sessionEnded || !isIn) return TE.left(fault);
        isIn = false;
        return pipe(
          login,
          TE.flatMap(() => say(method, self, inner)),
        );
      }),
    );
  const end: VsphereSession['end'] = () => {
    if (!isIn || known === undefined) return TE.right(undefined)();
    isIn = false;
    return say('Logout', known.sessionManager, '')();
  };
  return { content, call, end };
};
