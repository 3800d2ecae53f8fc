import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { AgentError } from './agent-error.js';
import { type AddressFault, type AskJson, type AuthorityAddress, askJson, type HttpAnswer } from './http-json.js';
import type { ServiceInUse } from './services-in-use.js';

/** How this host reaches its authority now, and what it uses for that. */
export interface ServiceLine {
  /** Asks the attestation services, the first of them that is reached. */
  readonly attestation: AskJson;
  readonly keys: AskJson;
  /** Undefined: nothing but the address that the agent was started with. */
  readonly inUse: () => ReadonlyArray<ServiceInUse> | undefined;
  readonly startedWith: AuthorityAddress;
  /** From the next question on. Left: they can't be used, and nothing changed. */
  readonly use: (services: ReadonlyArray<ServiceInUse> | undefined) => E.Either<AddressFault, void>;
}

/** An answer, even a refusal, is an answer: the next one is asked only where nobody is reached. */
const firstReached =
  (first: AskJson, others: ReadonlyArray<AskJson>): AskJson =>
  (question) =>
  async () => {
    let answer: E.Either<AgentError, HttpAnswer> = await first(question)();
    for (const ask of others) {
      if (E.isRight(answer) || question.signal?.aborted === true) return answer;
      answer = await ask(question)();
    }
    return answer;
  };

const askOf = ({ hostname, port, trustedCa }: ServiceInUse): E.Either<AddressFault, AskJson> =>
  askJson({
    url: `https://${hostname}:${String(port)}`,
    ca: trustedCa.length === 0 ? undefined : trustedCa.join('\n'),
  });

const askKind = (services: ReadonlyArray<ServiceInUse>, kind: ServiceInUse['kind']): E.Either<AddressFault, AskJson> =>
  pipe(
    services.filter((service) => service.kind === kind),
    E.traverseArray(askOf),
    E.flatMap(([first, ...others]) =>
      first === undefined
        ? E.left<AddressFault>({ _tag: 'AddressFault', rule: `must be one of an ${kind} service at least` })
        : E.right(firstReached(first, others)),
    ),
  );

interface Asks {
  readonly attestation: AskJson;
  readonly keys: AskJson;
}

/** Who judges has to be there; where no service hands out keys, who judges is asked for them, and refuses. */
const asksOf = (services: ReadonlyArray<ServiceInUse>): E.Either<AddressFault, Asks> =>
  pipe(
    E.Do,
    E.bind('attestation', () => askKind(services, 'attestation')),
    E.bind('keys', ({ attestation }) =>
      services.some(({ kind }) => kind === 'key-provider')
        ? askKind(services, 'key-provider')
        : E.right<AddressFault, AskJson>(attestation),
    ),
  );

export const serviceLine = (
  startedWith: AuthorityAddress,
  given: ReadonlyArray<ServiceInUse> | undefined,
): E.Either<AddressFault, ServiceLine> => {
  const asksFor = (services: ReadonlyArray<ServiceInUse> | undefined): E.Either<AddressFault, Asks> =>
    services === undefined
      ? pipe(
          askJson(startedWith),
          E.map((ask) => ({ attestation: ask, keys: ask })),
        )
      : asksOf(services);
  return pipe(
    asksFor(given),
    E.map((asks) => {
      let [inUse, current] = [given, asks];
      return {
        attestation: (question) => current.attestation(question),
        keys: (question) => current.keys(question),
        inUse: () => inUse,
        startedWith,
        use: (services) =>
          pipe(
            asksFor(services),
            E.map((next) => {
              [inUse, current] = [services, next];
            }),
          ),
      };
    }),
  );
};
