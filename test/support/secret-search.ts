import { filesBelow } from './files-below.js';

/** As bytes, and as any text that bytes are usually written in; base64 at each of three alignments. */
const formsOf = (secret: Uint8Array): ReadonlyArray<Buffer> => {
  const bytes = Buffer.from(secret);
  const aligned = [0, 1, 2].flatMap((skip) => {
    const whole = bytes.subarray(skip, skip + Math.floor((bytes.length - skip) / 3) * 3);
    return [Buffer.from(whole.toString('base64')), Buffer.from(whole.toString('base64url'))];
  });
  return [bytes, Buffer.from(bytes.toString('hex')), Buffer.from(bytes.toString('hex').toUpperCase()), ...aligned];
};

export type Place = readonly [name: string, bytes: Buffer];

/** All files below a folder as they are now, by their path in it. */
export const placesBelow = (folder: string): ReadonlyArray<Place> =>
  filesBelow(folder).map(([file, bytes]) => [file.slice(folder.length), bytes]);

/** "secret in place" for each that is found. */
export const secretsIn = (
  places: ReadonlyArray<Place>,
  secrets: ReadonlyMap<string, Uint8Array>,
): ReadonlyArray<string> =>
  places.flatMap(([place, bytes]) =>
    [...secrets].flatMap(([name, secret]) =>
      formsOf(secret).some((form) => bytes.includes(form)) ? [`${name} in ${place}`] : [],
    ),
  );
