import * as E from 'fp-ts/lib/Either.js';
import type { Reason } from '../appraisal/result.js';
import type { HostState } from '../host/state.js';
import type { ReleaseCommand, ReleaseRejection } from './commands.js';
import type { ReleaseAsked, ReleaseEvent } from './events.js';
import { judgeRelease } from './judge-release.js';
import { isWorthRecording, printOf } from './release-memory.js';

type Decided = E.Either<ReleaseRejection, ReadonlyArray<ReleaseEvent>>;
type Of<T extends ReleaseCommand['type']> = Extract<ReleaseCommand, { readonly type: T }>;

const reliedOn = ({ current }: HostState): { readonly index: number; readonly revision: number } | null =>
  current === undefined ? null : { index: current.index, revision: current.revision };

const refuse = (command: Of<'AskForKey'>, host: HostState, reasons: ReadonlyArray<Reason>): Decided => {
  const { asked, facts, unrecorded } = command;
  const print = printOf(
    asked,
    reasons.map(({ code }) => code),
  );
  const data = { asked, facts, verdict: reliedOn(host), reasons, unrecorded };
  return E.right(isWorthRecording(host.releases, print, facts.at) ? [{ type: 'KeyReleaseRefused', data }] : []);
};

const ask = (command: Of<'AskForKey'>, host: HostState): Decided => {
  const { asked, facts, grounds } = command;
  const reasons = judgeRelease({ ...grounds, host, asked, facts });
  const verdict = reliedOn(host);
  const primaryKey =
    (asked.operation === 'decrypt' ? grounds.key?.primaryKey : undefined) ?? grounds.provider.primaryKey;
  return reasons.length > 0 || verdict === null || primaryKey === undefined
    ? refuse(command, host, reasons)
    : E.right([{ type: 'KeyReleaseAuthorised', data: { asked, facts, verdict, primaryKey } }]);
};

/** The host as it would be without this very release, which must not use up its own token. */
const withoutThis = (host: HostState, { provider }: ReleaseAsked): HostState => {
  const used = host.releases.uses.get(provider) ?? 0;
  const uses = new Map(host.releases.uses).set(provider, Math.max(0, used - 1));
  return { ...host, releases: { ...host.releases, uses } };
};

const deliver = ({ release, key, facts, grounds }: Of<'DeliverKey'>, host: HostState): Decided => {
  const asked = host.releases.open.get(release);
  const verdict = reliedOn(host);
  if (asked === undefined) return E.left({ _tag: 'ReleaseNotOpen' });
  const { operation, provider, purpose } = asked;
  const reasons = judgeRelease({ ...grounds, host: withoutThis(host, asked), asked, facts });
  const answered = { release, operation, provider, facts };
  return reasons.length === 0 && verdict !== null
    ? E.right([{ type: 'KeyDelivered', data: { ...answered, key, purpose, verdict } }])
    : E.right([{ type: 'KeyDeliveryFailed', data: { ...answered, fault: 'GroundsChanged', reasons } }]);
};

const fail = ({ release, fault, facts }: Of<'FailDelivery'>, host: HostState): Decided => {
  const asked = host.releases.open.get(release);
  if (asked === undefined) return E.left({ _tag: 'ReleaseNotOpen' });
  const { operation, provider } = asked;
  return E.right([{ type: 'KeyDeliveryFailed', data: { release, operation, provider, facts, fault, reasons: [] } }]);
};

/** In the host's own stream, at its exact revision: a quarantine is before a release or after it, never beside it. */
export const decideRelease = (command: ReleaseCommand, host: HostState): Decided => {
  switch (command.type) {
    case 'AskForKey':
      return ask(command, host);
    case 'DeliverKey':
      return deliver(command, host);
    case 'FailDelivery':
      return fail(command, host);
  }
};
