import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { HostRejection } from '../host/commands.js';
import type { HostEvent } from '../host/events.js';
import { executeHost, hostActor } from '../host/host-stream.js';
import type { HostState } from '../host/state.js';
import type { KeyRejection } from '../key/decider.js';
import type { KeyServerFault } from '../key-provider/key-servers.js';
import { observeIfUnhealthy } from '../key-provider/observe-provider.js';
import type { VaultFault } from '../key-provider/ports.js';
import type { KeyServiceDeps, TokenForged } from '../key-service-deps.js';
import type { Executed, ExecuteFault } from '../ledger/execute.js';
import type { LoadFault } from '../ledger/load-stream.js';
import type { StoreError } from '../ports.js';
import type { DocumentFault } from '../reference/load-reference-values.js';
import { type Authorised, askForKey } from './ask-for-key.js';
import { askKeyServers, type Made } from './ask-key-servers.js';
import type { ReleaseCommand } from './commands.js';
import { type ReadGrounds, readGrounds } from './read-grounds.js';
import { type Asked, readAsked } from './release-asked.js';
import type { KeyNotReleased, ReleasedKey, ReleaseInput } from './release-input.js';
import { type SealingImpossible, sealKey } from './seal-key.js';

/** The key server, or what stands between it and us, failed after the release was authorised; that is recorded. */
export type DeliveryFault = KeyServerFault | VaultFault | SealingImpossible;

export type ReleaseFault =
  | TokenForged
  | KeyNotReleased
  | DeliveryFault
  | HostRejection
  | KeyRejection
  | LoadFault
  | DocumentFault
  | StoreError
  | ExecuteFault;

/** What became of an authorised release, in the host's stream, decided from what holds at that moment. */
const record = (
  deps: KeyServiceDeps,
  { host, asked }: Asked,
  commandOf: (now: ReadGrounds) => ReleaseCommand,
): TE.TaskEither<HostRejection | ExecuteFault, Executed<HostState, HostEvent>> =>
  executeHost(deps)<LoadFault>({
    host,
    commandId: deps.random.uuid(),
    actor: hostActor(host),
    prepare: () =>
      pipe(
        readGrounds(deps, host, asked, true),
        TE.map((now) => ({ command: commandOf(now), basis: now.basis })),
      ),
  });

/** Durable before the answer leaves, and decided again. */
const deliver = (
  deps: KeyServiceDeps,
  asked: Asked,
  key: string,
): TE.TaskEither<KeyNotReleased | HostRejection | ExecuteFault, number> =>
  pipe(
    record(deps, asked, ({ grounds, facts }) => {
      const { release } = asked.asked;
      return { type: 'DeliverKey', release, key, facts, grounds };
    }),
    TE.flatMap(({ events: [recorded] }): TE.TaskEither<KeyNotReleased, number> => {
      if (recorded?.event.type === 'KeyDelivered') return TE.right(recorded.index);
      const reasons = recorded?.event.type === 'KeyDeliveryFailed' ? recorded.event.data.reasons : [];
      return TE.left({ _tag: 'KeyNotReleased', reasons, index: recorded?.index });
    }),
  );

/** The failure itself is what the caller is told; that it could not be recorded changes nothing for the key. */
const recordFailure = (deps: KeyServiceDeps, asked: Asked, fault: string): TE.TaskEither<never, unknown> =>
  pipe(
    record(deps, asked, ({ facts }) => ({ type: 'FailDelivery', release: asked.asked.release, fault, facts })),
    TE.orElseW(() => TE.right(undefined)),
  );

const sealed = (
  deps: KeyServiceDeps,
  { seal }: Asked,
  { key, plaintext }: Made,
): TE.TaskEither<SealingImpossible, ReleasedKey['sealed']> => {
  if (plaintext === undefined) return TE.right(undefined);
  return seal === undefined
    ? TE.left({ _tag: 'SealingImpossible' })
    : TE.fromEither(sealKey(deps, seal, key, plaintext));
};

const answer = (deps: KeyServiceDeps, asked: Asked, made: Made): TE.TaskEither<ReleaseFault, ReleasedKey> =>
  pipe(
    sealed(deps, asked, made),
    TE.map((box) => {
      made.plaintext?.fill(0);
      return box;
    }),
    TE.tapError(() => TE.fromIO(() => made.plaintext?.fill(0))),
    TE.flatMap((box) =>
      pipe(
        deliver(deps, asked, made.key),
        TE.map((index) => ({
          release: asked.asked.release,
          key: made.key,
          ciphertext: made.ciphertext,
          sealed: box,
          index,
        })),
      ),
    ),
  );

/** A refusal was recorded where it was decided; everything else that keeps an authorised key back is recorded here. */
const work = (
  deps: KeyServiceDeps,
  input: ReleaseInput,
  authorised: Authorised,
): TE.TaskEither<ReleaseFault, ReleasedKey> =>
  pipe(
    askKeyServers(deps, input, authorised),
    TE.flatMap((made) => answer(deps, authorised, made)),
    TE.tapError((fault) =>
      fault._tag === 'KeyNotReleased' ? TE.right(undefined) : recordFailure(deps, authorised, fault._tag),
    ),
  );

const eraseInput = (input: ReleaseInput): void => {
  if ('plaintext' in input) input.plaintext.fill(0);
};

/**
 * Releases a key, or wraps one, for a host whose current verdict says that it may have it. The authorisation is durable in the
 * host's own stream before the key server is asked, the delivery before the answer leaves. Left without an event: the token was
 * not ours. Every other refusal and failure is recorded, or counted where it was like others before it.
 */
export const releaseKey =
  (deps: KeyServiceDeps) =>
  (input: ReleaseInput): TE.TaskEither<ReleaseFault, ReleasedKey> =>
    pipe(
      readAsked(deps, input),
      TE.tap(() => observeIfUnhealthy(deps)(input.provider)),
      TE.flatMap((asked): TE.TaskEither<ReleaseFault, Authorised> => askForKey(deps, asked)),
      TE.flatMap((authorised) => work(deps, input, authorised)),
      TE.tapIO(() => () => eraseInput(input)),
      TE.tapError(() => TE.fromIO(() => eraseInput(input))),
    );
