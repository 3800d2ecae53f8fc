import { TAGS } from './tags.js';

const NAMES: ReadonlyMap<number, string> = new Map(Object.entries(TAGS).map(([name, tag]) => [tag, name]));

/** For faults: a tag's name, or its number where we know none. */
export const tagName = (tag: number): string => NAMES.get(tag) ?? tag.toString(16).padStart(6, '0');
