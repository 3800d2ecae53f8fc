import type { BaseImage } from './base-image.js';

/** One thing that an image says, as people read it: what it is about, and what is said. */
export interface ImageItem {
  readonly section: string;
  readonly name: string;
  readonly says: string;
}

/** What somebody who knows the first image has to look at in the second. */
export interface ImageChanges {
  readonly added: ReadonlyArray<ImageItem>;
  readonly removed: ReadonlyArray<ImageItem>;
  readonly changed: ReadonlyArray<ImageItem & { readonly said: string }>;
}

interface Measured {
  readonly digests: ReadonlyArray<string>;
  readonly requirement: string;
}

const measured = ({ digests, requirement }: Measured): string =>
  `${requirement}, ${digests.length === 0 ? 'any content' : digests.join(' or ')}`;

const item =
  (section: string) =>
  (name: string, says: string): ImageItem => ({ section, name, says });

const tokens = (section: string, list: ReadonlyArray<string>, says: string): ReadonlyArray<ImageItem> =>
  list.map((name) => ({ section, name, says }));

/** A list that is not judged is one item, so that judging it is a change. */
const optional = (section: string, list: ReadonlyArray<string> | null): ReadonlyArray<ImageItem> =>
  list === null ? [{ section, name: '(all)', says: 'not judged' }] : tokens(section, list, 'allowed');

const itemsOf = (image: BaseImage): ReadonlyArray<ImageItem> => {
  const general = [item('image')('kind', image.kind), item('image')('bank', image.bank)];
  switch (image.kind) {
    case 'esxi':
      return [
        ...general,
        item('image')('product version', image.productVersion),
        ...image.modules.map((each) => item(`module in PCR ${String(each.pcr)}`)(each.file, measured(each))),
        ...tokens('command line', image.commandLine.required, 'required'),
        ...tokens('command line', image.commandLine.allowed, 'allowed'),
        ...optional('signer', image.signers),
        ...optional('boot option', image.bootOptions),
      ];
    case 'uefi-linux':
      return [
        ...general,
        ...image.bootApplications.map((each) => item('boot application')(each.name, measured(each))),
        ...optional('authority', image.authorities),
        ...image.files.map((each) => item('file')(each.name, measured(each))),
        ...tokens('command line', image.commandLine.required, 'required'),
        ...tokens('command line', image.commandLine.allowed, 'allowed'),
      ];
    case 'golden-pcrs':
      return [
        ...general,
        ...image.pcrs.map(({ pcr, values }) => item('register')(`PCR ${String(pcr)}`, values.join(' or '))),
      ];
  }
};

const placeOf = ({ section, name }: ImageItem): string => `${section}\n${name}`;

/** What is said of each place, all of it: a name may come more than once. */
const byPlace = (items: ReadonlyArray<ImageItem>): ReadonlyMap<string, ReadonlyArray<ImageItem>> => {
  const places = new Map<string, Array<ImageItem>>();
  for (const each of items) {
    const held = places.get(placeOf(each));
    if (held === undefined) places.set(placeOf(each), [each]);
    else held.push(each);
  }
  return places;
};

const without = (
  items: ReadonlyArray<ImageItem>,
  others: ReadonlyArray<ImageItem> | undefined = [],
): ReadonlyArray<ImageItem> => items.filter(({ says }) => others.every((other) => other.says !== says));

/** Thing by thing what the second image says otherwise than the first; none for images that say the same. */
export const imageChanges = (before: BaseImage, after: BaseImage): ImageChanges => {
  const [was, is] = [byPlace(itemsOf(before)), byPlace(itemsOf(after))];
  const added: Array<ImageItem> = [];
  const changed: Array<ImageItem & { readonly said: string }> = [];
  const removed = [...was].flatMap(([place, items]) => (is.has(place) ? [] : items));
  for (const [place, items] of is) {
    const old = was.get(place);
    const [gone, come] = [without(old ?? [], items), without(items, old)];
    come.forEach((each, i) => {
      const said = gone[i]?.says;
      if (said === undefined) added.push(each);
      else changed.push({ ...each, said });
    });
    removed.push(...gone.slice(come.length));
  }
  return { added, removed, changed };
};
