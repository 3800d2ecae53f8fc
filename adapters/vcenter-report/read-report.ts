import * as E from 'fp-ts/lib/Either.js';
import { decodeVcenterReport } from '../../domain/boot-log/decode-vcenter-report.js';
import type { VcenterReport } from '../../domain/boot-log/vcenter-report.js';
import type { DecodeError } from '../../domain/encoding/explain.js';
import { readVcenterXml, type VcenterXmlError } from './read-xml.js';

export type VcenterReportError = VcenterXmlError | DecodeError;

const inner = (document: unknown, name: string): unknown =>
  typeof document === 'object' && document !== null && name in document
    ? (document as Readonly<Record<string, unknown>>)[name]
    : document;

/** The JSON form of the same object, bare or as a SOAP-to-JSON bridge wraps it. */
export const readVcenterJson = (document: unknown): E.Either<VcenterReportError, VcenterReport> =>
  decodeVcenterReport(inner(inner(document, 'QueryTpmAttestationReportResponse'), 'returnval'));

export const readVcenterReport = (xml: string): E.Either<VcenterReportError, VcenterReport> => {
  const document = readVcenterXml(xml);
  return E.isLeft(document) ? document : decodeVcenterReport(document.right);
};
