import * as TE from 'fp-ts/lib/TaskEither.js';
import type { AuthorityDeps, Request } from '../authority-deps.js';
import type { Executed, ExecuteFault } from '../ledger/execute.js';
import type { HostRejection } from './commands.js';
import type { HostEvent } from './events.js';
import { executeHost } from './host-stream.js';
import type { HostState } from './state.js';

export interface EnrolHostInput extends Request {
  readonly host: string;
  readonly displayName?: string | undefined;
  /** Pins the digest of the host's endorsement key (`publicKeyDigest`). */
  readonly endorsementKey?: string | undefined;
}

export const enrolHost =
  (deps: AuthorityDeps) =>
  (input: EnrolHostInput): TE.TaskEither<HostRejection | ExecuteFault, Executed<HostState, HostEvent>> => {
    const { by, commandId, host, displayName, endorsementKey } = input;
    const command = { type: 'EnrolHost', by, displayName, endorsementKey } as const;
    return executeHost(deps)({ host, commandId, actor: by, prepare: () => TE.right({ command, basis: {} }) });
  };
