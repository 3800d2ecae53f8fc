import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { AgentError } from './agent-error.js';
import { readCapped } from './private-files.js';

/** The authority takes evidence of at most 1 MiB in base64. */
const EVENT_LOG_CAP = 786_432;

/** Where the firmware has no log, the kernel has no file: an empty one was made by somebody else. */
export const readBootLog = (file: string): TE.TaskEither<AgentError, Uint8Array> =>
  pipe(
    readCapped(file, EVENT_LOG_CAP),
    TE.filterOrElse(
      (bytes) => bytes.length > 0,
      (): AgentError => ({ _tag: 'FileFault', file, rule: 'must not be empty' }),
    ),
  );
