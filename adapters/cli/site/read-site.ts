import { dirname } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Document, isNode, isScalar, LineCounter, parseDocument } from 'yaml';
import { decode, type FieldFault } from '../../../domain/encoding/explain.js';
import { badInput, type CliFailure } from '../failure.js';
import { readBytes, textOf } from '../input.js';
import { type ResolvedSite, resolveSite } from './resolve-site.js';
import { Site } from './site-file.js';

/** 10,000 hosts with an endorsement certificate each need less. */
const MOST_SITE_BYTES = 33_554_432;

const NAMED: Readonly<Record<string, string>> = {
  operators: 'subject',
  tokenIssuers: 'name',
  principals: 'name',
  tpmCas: 'name',
  endorsementKeys: 'name',
  keyProviders: 'id',
  hosts: 'id',
  clusters: 'id',
};

/** Where a field stands; a field that is missing stands where the thing is that misses it. */
const nodeAt = (document: Document, field: string): unknown => {
  const path = field === '(document)' ? [] : field.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part));
  for (let length = path.length; length > 0; length -= 1) {
    const node: unknown = document.getIn(path.slice(0, length), true);
    if (isNode(node)) return node;
  }
  return document.contents;
};

const lineOf = (node: unknown, lines: LineCounter): number =>
  isNode(node) && node.range != null ? lines.linePos(node.range[0]).line : 1;

/** `8.0` is a number to YAML and a version to people. */
const hintFor = (node: unknown, rule: string): string =>
  isScalar(node) && typeof node.value === 'number' && rule.includes('Text(') ? ' (put it in quotes)' : '';

const faultText =
  (file: string, document: Document, lines: LineCounter) =>
  ({ field, rule }: FieldFault): string => {
    const node = nodeAt(document, field);
    return `${file}:${String(lineOf(node, lines))}: ${field} ${rule}${hintFor(node, rule)}`;
  };

/** A name given twice would mean two things. */
const twiceIn = (site: Site): ReadonlyArray<FieldFault> =>
  Object.entries(NAMED).flatMap(([section, key]) => {
    const rows = (site[section as keyof Site] ?? []) as ReadonlyArray<Readonly<Record<string, unknown>>>;
    const seen = new Set<unknown>();
    return rows.flatMap((row, i) => {
      const name = row[key];
      const isTwice = seen.has(name);
      seen.add(name);
      return isTwice ? [{ field: `${section}.${String(i)}.${key}`, rule: 'is given twice' }] : [];
    });
  });

/** One host, one cluster. */
const inTwoClusters = ({ clusters = [] }: Site): ReadonlyArray<FieldFault> => {
  const seen = new Set<string>();
  return clusters.flatMap(({ hosts = [] }, i) =>
    hosts.flatMap((host, j) => {
      const isTwice = seen.has(host);
      seen.add(host);
      return isTwice ? [{ field: `clusters.${String(i)}.hosts.${String(j)}`, rule: 'is in a cluster already' }] : [];
    }),
  );
};

/** YAML 1.2, and so JSON as well. Every fault that is told says its line. */
export const parseSite = (file: string, text: string): E.Either<CliFailure, Site> => {
  const lines = new LineCounter();
  const document = parseDocument(text, { version: '1.2', prettyErrors: false, logLevel: 'error', lineCounter: lines });
  const [error] = [...document.errors, ...document.warnings];
  if (error !== undefined) {
    const { line } = lines.linePos(error.pos[0]);
    return E.left(badInput('MalformedYaml', `${file}:${String(line)}: is no YAML or JSON from here on`));
  }
  const tell = (faults: ReadonlyArray<FieldFault>): CliFailure =>
    badInput('InvalidField', faults.map(faultText(file, document, lines)).join('\n'));
  return pipe(
    E.tryCatch(
      () => document.toJS({ maxAliasCount: 0 }) as unknown,
      () => badInput('MalformedYaml', `${file}: must not use aliases`),
    ),
    E.flatMap((value) =>
      pipe(
        decode(Site)(value),
        E.mapLeft(({ faults }) => tell(faults)),
      ),
    ),
    E.flatMap((site) => {
      const twice = [...twiceIn(site), ...inTwoClusters(site)];
      return twice.length === 0 ? E.right(site) : E.left(tell(twice.slice(0, 10)));
    }),
  );
};

/** The site with the contents of every file that it names. */
export const readSite = (file: string): TE.TaskEither<CliFailure, ResolvedSite> =>
  pipe(
    readBytes(file, MOST_SITE_BYTES),
    TE.flatMapEither(textOf(file)),
    TE.flatMapEither((text) => parseSite(file, text)),
    TE.flatMap(resolveSite(dirname(file))),
  );
