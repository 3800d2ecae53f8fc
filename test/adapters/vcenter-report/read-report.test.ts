import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { nodeHashing } from '../../../adapters/crypto/node/hashing.js';
import { readVcenterJson, readVcenterReport } from '../../../adapters/vcenter-report/read-report.js';
import { readVcenterXml } from '../../../adapters/vcenter-report/read-xml.js';
import { checkVcenterReport } from '../../../domain/boot-log/check-vcenter-report.js';
import { utf8 } from '../../../domain/encoding/bytes.js';
import { sha256 } from '../../support/boot-log-builder.js';
import {
  component,
  type EventDocument,
  eventOf,
  option,
  type ReportDocument,
  reportOf,
} from '../../support/vcenter-report.js';

const REPORT = reportOf([
  eventOf(17, component('TPM_EVENT_LOG_PREBOOT'), sha256(utf8('launch'))),
  eventOf(19, component('k.b00', 'esx-base'), sha256(utf8('kernel'))),
  eventOf(21, option('uefiSecureBootEnabled = TRUE'), sha256(utf8('uefiSecureBootEnabled = TRUE\0'))),
]);

const element = (name: string, content: string | number | boolean): string => `<${name}>${String(content)}</${name}>`;

const XSI = 'xmlns:XMLSchema-instance="http://www.w3.org/2001/XMLSchema-instance"';
const eventXml = ({ pcrIndex, eventDetails: { _typeName: type, dataHash, ...rest } }: EventDocument): string => {
  const hash = dataHash.map((byte) => element('dataHash', byte)).join('\n  ');
  const fields = Object.entries(rest).map(([name, value]) => element(name, value as string));
  const details = `<eventDetails ${XSI} XMLSchema-instance:type="vim25:${type}">${hash}${fields.join('')}</eventDetails>`;
  return element('tpmEvents', element('pcrIndex', pcrIndex) + details);
};

const reportXml = ({ tpmPcrValues, tpmEvents, tpmLogReliable }: ReportDocument): string => {
  const registers = tpmPcrValues.map(({ pcrNumber, digestMethod, digestValue }) => {
    const value = digestValue.map((byte) => element('digestValue', byte)).join('');
    return element('tpmPcrValues', element('digestMethod', digestMethod) + value + element('pcrNumber', pcrNumber));
  });
  return element(
    'returnval',
    [...registers, ...tpmEvents.map(eventXml), element('tpmLogReliable', tpmLogReliable)].join('\n'),
  );
};

const RESPONSE = `<?xml version="1.0" encoding="UTF-8"?>\n${element('QueryTpmAttestationReportResponse', reportXml(REPORT))}`;
const inEnvelope = `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>${RESPONSE.slice(RESPONSE.indexOf('\n'))}</s:Body></s:Envelope>`;

const refusal = (xml: string): string | undefined => {
  const read = readVcenterXml(xml);
  return E.isLeft(read) ? read.left.code : undefined;
};

describe('the XML of an attestation report', () => {
  it.each([
    ['as the answer itself', RESPONSE],
    ['in its SOAP envelope', inEnvelope],
    ['as the bare value', reportXml(REPORT)],
  ])('is read %s', (_, xml) => {
    expect(readVcenterReport(xml)).toEqual(readVcenterJson(REPORT));
  });

  it('replays as its JSON form does', () => {
    const report = readVcenterReport(RESPONSE);
    if (E.isLeft(report)) throw new Error(JSON.stringify(report.left));
    expect(checkVcenterReport(nodeHashing, report.right).findings).toEqual([]);
    expect(report.right.events[1]?.details).toMatchObject({
      componentName: 'k.b00',
      vibName: 'esx-base',
      vibVendor: undefined,
    });
  });

  it('is a list also where it has one event only', () => {
    const report = readVcenterReport(reportXml(reportOf([eventOf(17, component('x'), sha256(utf8('x')))])));
    expect(E.isRight(report) ? report.right.events : []).toHaveLength(1);
  });

  const cases: ReadonlyArray<readonly [string, string, string]> = [
    ['is not well-formed', RESPONSE.slice(0, -3), 'NotWellFormed'],
    ['is no XML', 'a report', 'NotWellFormed'],
    ['is empty', '', 'NotWellFormed'],
    ['has a document type', `<!DOCTYPE x [<!ENTITY e "e">]>${reportXml(REPORT)}`, 'DoctypeForbidden'],
    ['uses an entity of its own', element('returnval', '&e;'), 'NotWellFormed'],
    ['nests deeper than 16', '<a>'.repeat(17), 'TooDeep'],
    ['has more than 200,000 elements', element('returnval', '<a/>'.repeat(200_001)), 'TooManyElements'],
    ['is larger than 4 MiB', `<returnval>${' '.repeat((4 << 20) + 1)}</returnval>`, 'TooLarge'],
    ['holds no report', '<Envelope><Body/></Envelope>', 'NoReport'],
    ['holds it in another place', element('Other', reportXml(REPORT)), 'NoReport'],
    ['holds two', element('QueryTpmAttestationReportResponse', reportXml(REPORT).repeat(2)), 'NoReport'],
  ];

  it.each(cases)('is refused when it %s', (_, xml, code) => {
    expect(refusal(xml)).toBe(code);
  });

  it('keeps a type of another namespace out', () => {
    const other = RESPONSE.replaceAll('http://www.w3.org/2001/XMLSchema-instance', 'urn:other');
    expect(readVcenterReport(other)).toMatchObject(E.left({ _tag: 'DecodeError' }));
  });

  it('names the field that holds no number, or that occurs twice', () => {
    const faulty = [
      ['<pcrIndex>17</pcrIndex>', '<pcrIndex>1e3</pcrIndex>'],
      ['<pcrIndex>17</pcrIndex>', '<pcrIndex>17</pcrIndex><pcrIndex>17</pcrIndex>'],
    ] as const;
    for (const [from, to] of faulty) {
      const report = readVcenterReport(RESPONSE.replace(from, to));
      expect(report).toMatchObject(E.left({ faults: [{ field: 'tpmEvents.0.pcrIndex' }] }));
    }
  });

  it('never throws, wherever it is cut off or changed', () => {
    const small = reportXml(reportOf([]));
    for (let at = 0; at < small.length; at++) {
      expect(readVcenterReport(small.slice(0, at))).toHaveProperty('_tag', 'Left');
      for (const letter of ['<', '&', '"', '\0'])
        expect(readVcenterReport(small.slice(0, at) + letter + small.slice(at + 1))).toHaveProperty('_tag');
    }
  });
});

describe('the JSON of an attestation report', () => {
  it('may be wrapped as the XML is', () => {
    expect(readVcenterJson({ QueryTpmAttestationReportResponse: { returnval: REPORT } })).toEqual(
      readVcenterJson(REPORT),
    );
    expect(readVcenterJson({ returnval: REPORT })).toEqual(readVcenterJson(REPORT));
  });
});
