import * as E from 'fp-ts/lib/Either.js';
import { type SaxesAttributeNS, SaxesParser, type SaxesTagNS } from 'saxes';

/** Why a text is no report. `line` counts from 1; the text itself is never repeated. */
export interface VcenterXmlError {
  readonly _tag: 'VcenterXmlError';
  readonly code: 'TooLarge' | 'NotWellFormed' | 'DoctypeForbidden' | 'TooDeep' | 'TooManyElements' | 'NoReport';
  readonly line: number;
}

/** The report as the Virtual Infrastructure JSON API would write it, not yet checked. */
export type VcenterXmlValue = string | number | boolean | ReadonlyArray<VcenterXmlValue> | VcenterXmlObject;
export interface VcenterXmlObject {
  readonly [name: string]: VcenterXmlValue;
}

const LARGEST = 4 << 20;
const DEEPEST = 16;
const MOST_ELEMENTS = 200_000;
const SCHEMA_INSTANCE = 'http://www.w3.org/2001/XMLSchema-instance';
/** What a SOAP answer wraps the report in, outermost first; a file may begin at any of them. */
const WRAPPERS: ReadonlyArray<string> = ['Envelope', 'Body', 'QueryTpmAttestationReportResponse'];
const REPORT = 'returnval';
const LISTS: ReadonlySet<string> = new Set([
  'tpmPcrValues',
  'tpmEvents',
  'digestValue',
  'dataHash',
  'bootOptions',
  'version',
]);
const NUMBERS: ReadonlySet<string> = new Set([
  'pcrNumber',
  'pcrIndex',
  'digestValue',
  'dataHash',
  'bootOptions',
  'version',
]);
const BOOLEANS: ReadonlySet<string> = new Set(['tpmLogReliable']);
const INTEGER = /^-?\d{1,9}$/;

interface Open {
  readonly name: string;
  readonly children: Map<string, VcenterXmlValue | Array<VcenterXmlValue>>;
  text: string;
}

interface Reading {
  readonly stack: Array<Open>;
  elements: number;
  report: VcenterXmlValue | undefined;
  error: VcenterXmlError | undefined;
}

const refuse = (reading: Reading, code: VcenterXmlError['code'], line: number): void => {
  reading.error ??= { _tag: 'VcenterXmlError', code, line };
};

/** A text that is not what its element must hold stays text, and the codec of the report names the field. */
const scalar = (name: string, text: string): VcenterXmlValue => {
  const trimmed = text.trim();
  if (NUMBERS.has(name)) return INTEGER.test(trimmed) ? Number(trimmed) : trimmed;
  if (BOOLEANS.has(name) && (trimmed === 'true' || trimmed === 'false')) return trimmed === 'true';
  return BOOLEANS.has(name) ? trimmed : text;
};

const valueOf = ({ name, children, text }: Open): VcenterXmlValue =>
  children.size > 0 || name === REPORT ? Object.fromEntries(children) : scalar(name, text);

/** An element that may occur once only becomes a list when it occurs again, which the codec refuses. */
const put = (parent: Open, name: string, value: VcenterXmlValue): void => {
  const before = parent.children.get(name);
  if (Array.isArray(before)) before.push(value);
  else if (before === undefined) parent.children.set(name, LISTS.has(name) ? [value] : value);
  else parent.children.set(name, [before, value]);
};

const typeOf = (attributes: Readonly<Record<string, SaxesAttributeNS>>): string | undefined => {
  const type = Object.values(attributes).find(({ uri, local }) => uri === SCHEMA_INSTANCE && local === 'type');
  return type?.value.slice(type.value.indexOf(':') + 1);
};

const opened = (reading: Reading, tag: SaxesTagNS, line: number): void => {
  reading.elements += 1;
  if (reading.elements > MOST_ELEMENTS) refuse(reading, 'TooManyElements', line);
  if (reading.stack.length === DEEPEST) refuse(reading, 'TooDeep', line);
  if (reading.error !== undefined) return;
  const type = typeOf(tag.attributes);
  reading.stack.push({ name: tag.local, children: new Map(type === undefined ? [] : [['_typeName', type]]), text: '' });
};

const isReportAt = (stack: ReadonlyArray<Open>): boolean => {
  const outer = stack.slice(0, -1).map(({ name }) => name);
  return stack.at(-1)?.name === REPORT && outer.join('/') === WRAPPERS.slice(WRAPPERS.length - outer.length).join('/');
};

const closed = (reading: Reading, line: number): void => {
  if (reading.error !== undefined) return;
  const isReport = isReportAt(reading.stack);
  const element = reading.stack.pop();
  const parent = reading.stack.at(-1);
  if (element === undefined) return;
  if (isReport && reading.report !== undefined) refuse(reading, 'NoReport', line);
  else if (isReport) reading.report = valueOf(element);
  else if (parent !== undefined) put(parent, element.name, valueOf(element));
};

const listen = (parser: SaxesParser<{ xmlns: true }>, reading: Reading): void => {
  const addText = (text: string): void => {
    const open = reading.stack.at(-1);
    if (open !== undefined && reading.error === undefined) open.text += text;
  };
  parser.on('doctype', () => refuse(reading, 'DoctypeForbidden', parser.line));
  parser.on('error', () => refuse(reading, 'NotWellFormed', parser.line));
  parser.on('opentag', (tag) => opened(reading, tag, parser.line));
  parser.on('closetag', () => closed(reading, parser.line));
  parser.on('text', addText);
  parser.on('cdata', addText);
};

/**
 * The XML form of QueryTpmAttestationReport's answer, with or without its SOAP envelope. Hostile input: no document type,
 * no entities but XML's own five, and caps on size, depth and number of elements.
 */
export const readVcenterXml = (xml: string): E.Either<VcenterXmlError, VcenterXmlValue> => {
  const reading: Reading = { stack: [], elements: 0, report: undefined, error: undefined };
  if (xml.length > LARGEST) refuse(reading, 'TooLarge', 0);
  const parser = new SaxesParser({ xmlns: true });
  listen(parser, reading);
  const step = 65_536;
  for (let at = 0; at < xml.length && reading.error === undefined; at += step) parser.write(xml.slice(at, at + step));
  if (reading.error === undefined) parser.close();
  if (reading.report === undefined) refuse(reading, 'NoReport', parser.line);
  return reading.error === undefined ? E.right(reading.report ?? {}) : E.left(reading.error);
};
