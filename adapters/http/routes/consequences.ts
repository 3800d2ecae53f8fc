import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { referenceStream } from '../../../domain/reference/state.js';
import { blastRadius } from '../../../domain/replay/blast-radius.js';
import { type WhatIf, whatIf } from '../../../domain/replay/what-if.js';
import { withFreshMemos } from '../../caches/fresh-memos.js';
import type { Api } from '../api.js';
import type { ApiError } from '../api-error.js';
import { AskBlastRadius, AskWhatIf, BlastRadiusAnswer, WhatIfAnswer } from '../codecs/consequences.js';
import { Nothing, type Route, route } from '../route.js';
import { wouldBeOf } from '../would-be-change.js';

const blast = (api: Api): Route =>
  route({
    method: 'POST',
    path: '/v1/blast-radius',
    operation: 'blastRadius',
    summary:
      'Every affirming verdict, and every delivered key, that leaned on something that turned out to be bad: an image, CA, TPM maker, endorsement key, host, operator or signing key.',
    params: Nothing,
    query: Nothing,
    body: AskBlastRadius,
    answer: BlastRadiusAnswer,
    handle: ({ body: { suspect, ...period } }) =>
      pipe(
        blastRadius(api.deps)(suspect, period),
        TE.map((body) => ({ body })),
      ),
  });

const what = (api: Api): Route =>
  route({
    method: 'POST',
    path: '/v1/what-if',
    operation: 'whatIf',
    summary:
      'As if the reference values had been changed before a period: which of its verdicts would have come out otherwise, and which keys were delivered on them.',
    params: Nothing,
    query: Nothing,
    body: AskWhatIf,
    answer: WhatIfAnswer,
    handle: ({ body: { change, ...period } }) =>
      pipe(
        wouldBeOf(api, change),
        TE.flatMap(
          (wouldBe): TE.TaskEither<ApiError, WhatIf> =>
            whatIf(withFreshMemos(api.deps))(referenceStream(api.deps.group), wouldBe, period),
        ),
        TE.map((body) => ({ body })),
      ),
  });

export const consequenceRoutes = (api: Api): ReadonlyArray<Route> => [blast(api), what(api)];
