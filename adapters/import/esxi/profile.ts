import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { childOf, childrenOf, readXml, textIn, type XmlElement } from '../../text/xml-tree.js';

/** A package of an image profile; by payload, the name that it is booted under, where the profile says it. */
export interface ProfileVib {
  readonly id: string;
  readonly files: ReadonlyMap<string, string>;
}

/** Which packages make up an image. */
export interface ImageProfile {
  readonly name: string;
  readonly vibs: ReadonlyArray<ProfileVib>;
}

const ID = /^[A-Za-z0-9][A-Za-z0-9._+~-]{0,255}$/;
const FILE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,126}$/;
const MOST_VIBS = 2048;

/** The name of a payload is an attribute; that of its boot file is one too, or the text: writers differ. */
const fileOf = ({ attributes, text }: XmlElement): ReadonlyArray<readonly [string, string]> => {
  const payload = attributes['payload-name'] ?? attributes['payload-id'] ?? attributes['name'];
  const file = attributes['local-name'] ?? attributes['boot-file'] ?? text.trim();
  return payload === undefined || file === '' ? [] : [[payload, file]];
};

const vibOf = (element: XmlElement): E.Either<string, ProfileVib> => {
  const id = textIn(element, 'vib-id') ?? textIn(element, 'vibID') ?? element.text.trim();
  if (!ID.test(id)) return E.left('lists a package without an id');
  const payloads = [...childrenOf(element, 'payload'), ...childrenOf(childOf(element, 'payloads'), 'payload')];
  const files = payloads.flatMap(fileOf);
  const odd = files.find(([, file]) => !FILE.test(file));
  return odd === undefined ? E.right({ id, files: new Map(files) }) : E.left('names a boot file that is no plain name');
};

const profileOf = (root: XmlElement): E.Either<string, ImageProfile> => {
  const name = textIn(root, 'name') ?? '';
  if (root.name.toLowerCase() !== 'imageprofile') return E.left(`is a ${root.name}, not an image profile`);
  if (name === '' || name.length > 256) return E.left('must have a name of at most 256 characters');
  const list = childOf(root, 'viblist') ?? childOf(root, 'vibList');
  const vibs = list?.children ?? [];
  if (vibs.length === 0 || vibs.length > MOST_VIBS) return E.left('must list its packages, and not too many');
  return pipe(
    vibs,
    E.traverseArray(vibOf),
    E.map((read) => ({ name, vibs: read })),
  );
};

/** An image profile of an image database or a depot. Left: the rule that it breaks. */
export const readProfile = (xml: string): E.Either<string, ImageProfile> => pipe(readXml(xml), E.flatMap(profileOf));
