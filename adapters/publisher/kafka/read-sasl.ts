import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import type { SASLOptions } from 'kafkajs';
import { closed } from '../../../domain/encoding/closed.js';
import { decode, type FieldFault } from '../../../domain/encoding/explain.js';
import { parseJson } from '../../../domain/encoding/json.js';
import { Text } from '../../../domain/encoding/primitives.js';

const Sasl = closed(
  {
    mechanism: t.keyof(
      { plain: null, 'scram-sha-256': null, 'scram-sha-512': null },
      'plain, scram-sha-256 or scram-sha-512',
    ),
    username: Text(256),
    password: Text(1024),
  },
  'Sasl',
);

/** Credentials for the brokers, as JSON. A fault names field and rule, never the text. */
export const readSasl = (text: string): E.Either<ReadonlyArray<FieldFault>, SASLOptions> =>
  pipe(
    parseJson(text),
    E.mapLeft((): ReadonlyArray<FieldFault> => [{ field: '(whole)', rule: 'must be JSON' }]),
    E.flatMap((json) =>
      pipe(
        decode(Sasl)(json),
        E.mapLeft(({ faults }) => faults),
      ),
    ),
  );
