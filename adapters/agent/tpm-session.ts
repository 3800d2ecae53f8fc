import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { AgentError } from './agent-error.js';
import { withPrivateFolder } from './private-files.js';
import type { RunTpmTool } from './tpm-tool.js';

/** A row of commands to one TPM, with a private folder for the files that pass between them. */
export interface TpmSession {
  readonly run: RunTpmTool;
  readonly folder: string;
}

/**
 * Behind a resource manager each tool's objects vanish with its connection. A TPM that is reached without one, or
 * through a relay that keeps one connection open, has room for three objects: so each command is followed by a flush.
 */
const flushing =
  (run: RunTpmTool): RunTpmTool =>
  (tool, args) =>
  async () => {
    const done = await run(tool, args)();
    const flushed = await run('tpm2_flushcontext', ['-Q', '-t'])();
    return E.isLeft(done) || E.isRight(flushed) ? done : flushed;
  };

export const withTpmSession = <A>(
  run: RunTpmTool,
  use: (session: TpmSession) => TE.TaskEither<AgentError, A>,
): TE.TaskEither<AgentError, A> => withPrivateFolder((folder) => use({ run: flushing(run), folder }));

/**
 * A policy session in which the endorsement hierarchy's (empty) authorisation was shown: PolicySecret(ENDORSEMENT), the
 * policy of the EK templates (TCG EK Credential Profile 2.5, B.3). `use` gets it as an authorisation argument.
 */
export const withEndorsementPolicy = <A>(
  { run, folder }: TpmSession,
  use: (authorisation: string) => TE.TaskEither<AgentError, A>,
): TE.TaskEither<AgentError, A> => {
  const file = join(folder, 'policy-session.ctx');
  return TE.bracket(
    run('tpm2_startauthsession', ['-Q', '--policy-session', '-S', file]),
    () =>
      pipe(
        run('tpm2_policysecret', ['-Q', '-S', file, '-c', 'e']),
        TE.flatMap(() => use(`session:${file}`)),
      ),
    // What `use` came to matters more than a session that the TPM may have ended by itself.
    (): TE.TaskEither<AgentError, void> =>
      pipe(
        run('tpm2_flushcontext', ['-Q', file]),
        TE.map(() => undefined),
        TE.orElse((): TE.TaskEither<AgentError, void> => TE.right(undefined)),
      ),
  );
};
