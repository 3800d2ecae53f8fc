import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { builtPage, policyOfPage } from '../../verifier-page/built-page.js';
import type { ApiError } from '../api-error.js';
import { Bytes } from '../codecs/answers.js';
import { NoBody, Nothing, type Route, route } from '../route.js';

/** Whoever must not trust the authority takes the page from elsewhere: this one is a convenience. */
export const verifierRoute: Route = route({
  method: 'GET',
  path: '/verifier',
  operation: 'verifierPage',
  summary: 'The page that checks bundles in a browser, offline.',
  params: Nothing,
  query: Nothing,
  body: NoBody,
  answer: Bytes,
  handle: () =>
    pipe(
      builtPage,
      TE.bimap(
        (): ApiError => ({ _tag: 'RouteUnknown' }),
        (body) => ({
          headers: {
            'content-type': 'text/html; charset=utf-8',
            'content-security-policy': `${policyOfPage(body)}; frame-ancestors 'none'`,
          },
          body,
        }),
      ),
    ),
});
