import * as E from 'fp-ts/lib/Either.js';
import { SaxesParser } from 'saxes';

/** An element of a document that somebody else wrote, without namespaces. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: ReadonlyArray<XmlElement>;
  readonly text: string;
}

const LARGEST = 16 << 20;
const DEEPEST = 24;
const MOST_ELEMENTS = 400_000;

interface Open {
  readonly name: string;
  readonly attributes: Record<string, string>;
  readonly children: Array<XmlElement>;
  text: string;
}

const localName = (name: string): string => name.slice(name.indexOf(':') + 1);

/** Where an element has `type` and `xsi:type`, the one without a prefix is the element's own. */
const attributesOf = (attributes: Readonly<Record<string, string>>): Record<string, string> => {
  const entries = Object.entries(attributes);
  const prefixed = entries.filter(([key]) => key.includes(':')).map(([key, value]) => [localName(key), value] as const);
  return Object.fromEntries([...prefixed, ...entries.filter(([key]) => !key.includes(':'))]);
};

/**
 * A small XML document as a tree. Hostile input: no document type, no entities but XML's own five, caps on size, depth and
 * number of elements. Left: the rule that it breaks, and the line.
 */
export const readXml = (xml: string): E.Either<string, XmlElement> => {
  if (xml.length > LARGEST) return E.left(`is larger than ${String(LARGEST)} characters`);
  const parser = new SaxesParser();
  const stack: Array<Open> = [];
  let [elements, root, fault] = [0, undefined as XmlElement | undefined, undefined as string | undefined];
  const refuse = (rule: string): void => {
    fault ??= `${rule} (line ${String(parser.line)})`;
  };
  parser.on('doctype', () => refuse('has a document type, which is not allowed'));
  parser.on('error', () => refuse('is not well-formed XML'));
  parser.on('opentag', ({ name, attributes }) => {
    elements += 1;
    if (elements > MOST_ELEMENTS) refuse('has too many elements');
    if (stack.length >= DEEPEST) refuse('is nested too deeply');
    if (fault !== undefined) return;
    stack.push({ name: localName(name), attributes: attributesOf(attributes), children: [], text: '' });
  });
  parser.on('closetag', () => {
    const element = fault === undefined ? stack.pop() : undefined;
    if (element === undefined) return;
    const parent = stack.at(-1);
    if (parent === undefined) root = element;
    else parent.children.push(element);
  });
  const addText = (text: string): void => {
    const open = stack.at(-1);
    if (open !== undefined) open.text += text;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  const step = 65_536;
  for (let at = 0; at < xml.length && fault === undefined; at += step) parser.write(xml.slice(at, at + step));
  if (fault === undefined) parser.close();
  if (root === undefined) refuse('is no XML document');
  return fault === undefined && root !== undefined ? E.right(root) : E.left(fault ?? 'is no XML document');
};

export const childOf = ({ children }: XmlElement, name: string): XmlElement | undefined =>
  children.find((child) => child.name === name);

export const childrenOf = (element: XmlElement | undefined, name: string): ReadonlyArray<XmlElement> =>
  element?.children.filter((child) => child.name === name) ?? [];

export const textIn = (element: XmlElement, name: string): string | undefined => {
  const text = childOf(element, name)?.text.trim();
  return text === undefined || text === '' ? undefined : text;
};
