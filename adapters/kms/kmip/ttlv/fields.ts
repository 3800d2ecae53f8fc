import * as E from 'fp-ts/lib/Either.js';
import type { Item, ItemType, Value } from './item.js';
import { tagName } from './tag-name.js';
import { TAGS, type TagName } from './tags.js';

/** Left: which field breaks which rule. Never anything that the server wrote. */
export type Read<A> = E.Either<string, A>;

type Content<T extends ItemType> = Extract<Value, { readonly type: T }>;
type Items = ReadonlyArray<Item>;

/** KMIP 2.1, 10.1, Tag: 54xxxx are the extensions of a vendor. They stand anywhere, and whom they mean nothing passes over them. */
const isExtension = (tag: number): boolean => tag >>> 16 === 0x54;

/** That a structure has no field but these: whatever else stands there, we would not know what it changes. */
export const checkFields = (items: Items, ...allowed: ReadonlyArray<TagName>): Read<Items> => {
  const tags: ReadonlyArray<number> = allowed.map((name) => TAGS[name]);
  const other = items.find(({ tag }) => !tags.includes(tag) && !isExtension(tag));
  return other === undefined ? E.right(items) : E.left(`${tagName(other.tag)} must not be there`);
};

const typed = <T extends ItemType>(item: Item, name: TagName, type: T): Read<Content<T>> =>
  item.type === type ? E.right(item as unknown as Content<T>) : E.left(`${name} must be of type ${type}`);

export const all = <T extends ItemType>(items: Items, name: TagName, type: T): Read<ReadonlyArray<Content<T>>> => {
  const found: Array<Content<T>> = [];
  for (const item of items) {
    if (item.tag !== TAGS[name]) continue;
    const value = typed(item, name, type);
    if (E.isLeft(value)) return value;
    found.push(value.right);
  }
  return E.right(found);
};

export const optional = <T extends ItemType>(items: Items, name: TagName, type: T): Read<Content<T> | undefined> => {
  const found = all(items, name, type);
  if (E.isLeft(found)) return found;
  return found.right.length > 1 ? E.left(`${name} must be there once`) : E.right(found.right[0]);
};

export const required = <T extends ItemType>(items: Items, name: TagName, type: T): Read<Content<T>> => {
  const found = optional(items, name, type);
  if (E.isLeft(found)) return found;
  return found.right === undefined ? E.left(`${name} is missing`) : E.right(found.right);
};
