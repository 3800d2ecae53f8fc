import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { closed } from '../../../domain/encoding/closed.js';
import { Text } from '../../../domain/encoding/primitives.js';
import { type BuiltConsole, builtConsole, CONSOLE_POLICY, type ConsoleFile } from '../../web/built-console.js';
import type { ApiError } from '../api-error.js';
import { Bytes } from '../codecs/answers.js';
import { type Answer, NoBody, Nothing, type Route, route } from '../route.js';

const FOR_EVER = 'public, max-age=31536000, immutable';

const answerOf = ({ bytes, type, kept }: ConsoleFile): Answer<Uint8Array> => ({
  headers: {
    'content-type': type,
    'content-security-policy': CONSOLE_POLICY,
    'cross-origin-opener-policy': 'same-origin',
    'cache-control': kept ? FOR_EVER : 'no-cache',
  },
  body: bytes,
});

/** Read once, when somebody first asks; a build that failed may be mended while the program runs. */
const once = (): TE.TaskEither<unknown, BuiltConsole> => {
  let held: BuiltConsole | undefined;
  return pipe(
    TE.fromIO(() => held),
    TE.flatMap((known) => (known === undefined ? builtConsole : TE.right(known))),
    TE.map((built) => {
      held = built;
      return built;
    }),
  );
};

const file = (): Route => {
  const built = once();
  return route({
    method: 'GET',
    path: '/console/{+path}',
    operation: 'consoleFile',
    summary: 'The console, a page that shows what this API says, and what that page is made of.',
    params: closed({ path: t.union([t.literal(''), Text(128)]) }, 'ConsolePath'),
    query: Nothing,
    body: NoBody,
    answer: Bytes,
    handle: ({ params: { path } }) =>
      pipe(
        built,
        TE.mapLeft((): ApiError => ({ _tag: 'RouteUnknown' })),
        TE.flatMap((files): TE.TaskEither<ApiError, Answer<Uint8Array>> => {
          const found = files.get(path);
          return found === undefined ? TE.left({ _tag: 'RouteUnknown' }) : TE.right(answerOf(found));
        }),
      ),
  });
};

const withoutSlash: Route = route({
  method: 'GET',
  path: '/console',
  operation: 'console',
  summary: 'Leads to the console.',
  params: Nothing,
  query: Nothing,
  body: NoBody,
  answer: Bytes,
  // Relative, for those who have the authority behind a path of another server.
  handle: () => TE.right({ status: 308, headers: { location: 'console/' }, body: new Uint8Array() }),
});

/** Whoever must not trust the authority takes no page from it: this one is for those who work with it. */
export const consoleRoutes = (): ReadonlyArray<Route> => [withoutSlash, file()];
