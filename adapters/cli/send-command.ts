import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { Recorded } from '../http/codecs/answers.js';
import { done } from './action.js';
import type { Call } from './authority-client.js';
import type { CliFailure, ExitCode } from './failure.js';
import type { Online } from './online.js';

const tell = ({ stream, revision, events }: Recorded): string =>
  events.length === 0
    ? 'Nothing new to record.'
    : events
        .map(
          ({ index, type }) => `Recorded ${type} as entry ${String(index)} (${stream} revision ${String(revision)}).`,
        )
        .join('\n');

/** Sends a command and says what it recorded. */
export const sendCommand = (
  { client, json, print }: Online,
  call: Call,
  then?: string | ((recorded: Recorded) => string | undefined),
): TE.TaskEither<CliFailure, ExitCode> =>
  pipe(
    client.call(call, Recorded),
    TE.map(({ body }) => {
      print(json ? JSON.stringify(body) : tell(body));
      const more = typeof then === 'function' ? then(body) : then;
      if (!json && more !== undefined) print(more);
      return done;
    }),
  );

/** Path segments come from people. */
export const segment = (text: string | undefined): string => encodeURIComponent(text ?? '');
