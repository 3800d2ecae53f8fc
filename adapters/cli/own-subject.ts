import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { Subject } from '../access/tokens.js';
import { WhoAmI } from '../http/codecs/token-issuers.js';
import { badInput, type CliFailure } from './failure.js';
import type { Online } from './online.js';

/** Whose name a command is about: the one given with --for, or the operator who speaks. */
export const ownSubject = ({ client, options }: Online): TE.TaskEither<CliFailure, unknown> =>
  options['for'] === undefined
    ? pipe(
        client.call({ operation: 'whoAmI', method: 'GET', path: '/v1/whoami' }, WhoAmI),
        TE.map(({ body }) => body.subject),
        TE.filterOrElse(
          (subject: string) => Subject.is(subject),
          (subject) =>
            badInput(
              'NotAnOperator',
              `you came as ${subject}, which is no operator's name`,
              'Come with a token or a certificate of the operator: --token-file FILE, or --client-cert FILE.',
            ),
        ),
      )
    : TE.right(options['for']);
