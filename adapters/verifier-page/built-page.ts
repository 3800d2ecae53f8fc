import { readFile } from 'node:fs/promises';
import * as TE from 'fp-ts/lib/TaskEither.js';

export interface PageMissing {
  readonly _tag: 'PageMissing';
}

/** Beside the built program, and beside the sources when they run as they are. */
const PLACES = ['../../verifier.html', '../../dist/verifier.html'];

const firstOf = async (places: ReadonlyArray<string>): Promise<Uint8Array> => {
  const [place = '', ...others] = places;
  try {
    return new Uint8Array(await readFile(new URL(place, import.meta.url)));
  } catch (error) {
    if (others.length === 0) throw error;
    return firstOf(others);
  }
};

/** The verifier page as the build made it. */
export const builtPage: TE.TaskEither<PageMissing, Uint8Array> = TE.tryCatch(
  () => firstOf(PLACES),
  () => ({ _tag: 'PageMissing' }),
);

/** The page's own policy: it forbids everything that the page does not bring with it. */
export const policyOfPage = (page: Uint8Array): string =>
  /<meta http-equiv="Content-Security-Policy" content="([^"]*)">/.exec(
    new TextDecoder().decode(page.subarray(0, 4096)),
  )?.[1] ?? "default-src 'none'";
