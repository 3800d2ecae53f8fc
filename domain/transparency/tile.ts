import * as E from 'fp-ts/lib/Either.js';
import { type Malformed, malformed } from './malformed.js';

/** C2SP tlog-tiles: a full tile has 256 hashes, and a hash of level L+1 stands for a full tile of level L. */
export const TILE_WIDTH = 256;
const MOST_LEVEL = 63;
const MOST_PATH_LENGTH = 64;

/** `level` of a tile of hashes, or the bundles of entries, which stand beside level 0. */
export interface Tile {
  readonly level: number | 'entries';
  readonly index: number;
  /** 1 to 256; a partial tile below 256 is the beginning of the full one. */
  readonly width: number;
}

const PATH = /^tile\/(entries|0|[1-9]\d?)\/((?:x\d{3}\/)*)(\d{3})(?:\.p\/([1-9]\d{0,2}))?$/;
const fault = malformed('tile');

const indexPath = (index: number): string => {
  const groups = [String(index % 1000).padStart(3, '0')];
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    groups.unshift(`x${String(rest % 1000).padStart(3, '0')}`);
  }
  return groups.join('/');
};

/** `tile/0/x001/x234/067.p/8`: both the URL path and the path in a folder. */
export const tilePath = ({ level, index, width }: Tile): string =>
  `tile/${String(level)}/${indexPath(index)}${width === TILE_WIDTH ? '' : `.p/${String(width)}`}`;

/** One spelling for each tile: superfluous groups, levels above 63 and widths out of range are refused. */
export const parseTilePath = (path: string): E.Either<Malformed, Tile> => {
  const match = path.length > MOST_PATH_LENGTH ? null : PATH.exec(path);
  if (match === null) return E.left(fault('path', 'must be tile/<level>/<index>[.p/<width>]'));
  const [, levelText = '', groups = '', last = '', widthText] = match;
  const level: Tile['level'] = levelText === 'entries' ? levelText : Number(levelText);
  if (level !== 'entries' && level > MOST_LEVEL) return E.left(fault('level', 'must be at most 63'));
  const index = Number(groups.replaceAll(/[x/]/g, '') + last);
  const width = widthText === undefined ? TILE_WIDTH : Number(widthText);
  if (width > TILE_WIDTH || (width === TILE_WIDTH && widthText !== undefined)) {
    return E.left(fault('width', 'must be at most 255'));
  }
  const tile = { level, index, width };
  return Number.isSafeInteger(index) && tilePath(tile) === path
    ? E.right(tile)
    : E.left(fault('index', 'must be spelt in groups of three digits without superfluous ones'));
};

/** How many hashes of a level a tree of `size` leaves has: its perfect subtrees of 256^level leaves. */
const hashesAt = (level: number, size: number): number => Math.floor(size / TILE_WIDTH ** level);

const tilesOfLevel = (level: Tile['level'], from: number, to: number): ReadonlyArray<Tile> => {
  const first = Math.floor(from / TILE_WIDTH);
  const full = Math.floor(to / TILE_WIDTH);
  const tiles = Array.from({ length: full - first }, (_, i) => ({ level, index: first + i, width: TILE_WIDTH }));
  const left = to % TILE_WIDTH;
  return left === 0 || to === from ? tiles : [...tiles, { level, index: full, width: left }];
};

/** The tiles of hashes that a tree of `to` leaves has and one of `from` leaves has not. */
export const newHashTiles = (from: number, to: number): ReadonlyArray<Tile> => {
  const tiles: Array<Tile> = [];
  for (let level = 0; hashesAt(level, to) > hashesAt(level, from); level++) {
    tiles.push(...tilesOfLevel(level, hashesAt(level, from), hashesAt(level, to)));
  }
  return tiles;
};

/** The bundles of entries that a tree of `to` leaves has and one of `from` leaves has not. */
export const newEntryBundles = (from: number, to: number): ReadonlyArray<Tile> => tilesOfLevel('entries', from, to);

/** Whether a tree of `size` leaves has this tile: the full one, or the partial one of exactly this size. */
export const isTileOf = (size: number, { level, index, width }: Tile): boolean => {
  const hashes = hashesAt(level === 'entries' ? 0 : level, size);
  const end = index * TILE_WIDTH + width;
  return width === TILE_WIDTH ? end <= hashes : end === hashes;
};

/** The partial tiles at the right edge, level 0 first; a level whose last tile is full has none. */
export const edgeTiles = (size: number): ReadonlyArray<Tile & { readonly level: number }> => {
  const tiles: Array<Tile & { readonly level: number }> = [];
  for (let level = 0; hashesAt(level, size) > 0; level++) {
    const hashes = hashesAt(level, size);
    if (hashes % TILE_WIDTH > 0) {
      tiles.push({ level, index: Math.floor(hashes / TILE_WIDTH), width: hashes % TILE_WIDTH });
    }
  }
  return tiles;
};
