import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type * as t from 'io-ts';
import { fromUtf8 } from '../../domain/encoding/bytes.js';
import { decode } from '../../domain/encoding/explain.js';
import { parseJson } from '../../domain/encoding/json.js';

/** A JSON document that the agent keeps for itself. Left is the rule that it breaks, with the field where there is one. */
export const parseDocument =
  <A>(codec: t.Type<A, unknown>) =>
  (bytes: Uint8Array): E.Either<string, A> =>
    pipe(
      fromUtf8(bytes),
      E.fromNullable('must be UTF-8'),
      E.flatMap((text) =>
        pipe(
          parseJson(text),
          E.mapLeft(({ rule }) => rule),
        ),
      ),
      E.flatMap((json) =>
        pipe(
          decode(codec)(json),
          E.mapLeft(({ faults: [fault] }) => `${fault?.field ?? ''} ${fault?.rule ?? 'is malformed'}`),
        ),
      ),
    );
