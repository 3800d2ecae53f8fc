import * as E from 'fp-ts/lib/Either.js';
import { childOf, readXml, type XmlElement } from '../text/xml-tree.js';
import type { SoapReply } from './soap-transport.js';
import { type VsphereFault, vsphereFault } from './vsphere-fault.js';

/** The server's name of one of its objects. */
export interface ManagedObject {
  readonly type: string;
  readonly value: string;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

export const escapeXml = (text: string): string => text.replace(/[&<>"]/g, (each) => ENTITIES[each] ?? '');

export const referenceXml = (element: string, { type, value }: ManagedObject, more = ''): string =>
  `<${element} ${more}type="${escapeXml(type)}">${escapeXml(value)}</${element}>`;

/** A request of the vSphere Web Services API. */
export const envelope = (method: string, self: ManagedObject, inner: string): string =>
  '<?xml version="1.0" encoding="UTF-8"?>' +
  '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">' +
  `<soapenv:Body><${method} xmlns="urn:vim25">${referenceXml('_this', self)}${inner}</${method}></soapenv:Body></soapenv:Envelope>`;

const FAULT_WORD = /^[A-Za-z0-9]{1,64}$/;

const wordOf = (fault: XmlElement): string => {
  const [detail] = childOf(fault, 'detail')?.children ?? [];
  const word = (detail?.attributes['type'] ?? detail?.name ?? '').replace(/^.*:/, '').replace(/Fault$/, '');
  return FAULT_WORD.test(word) ? word : 'Fault';
};

/** The server's word for what went wrong. */
export const faultOfWord = (word: string): VsphereFault => {
  switch (word) {
    case 'NotAuthenticated':
      return vsphereFault('LoginRefused', word, true);
    case 'InvalidLogin':
    case 'NoClientCertificate':
      return vsphereFault('LoginRefused', word);
    case 'NoPermission':
    case 'RestrictedVersion':
      return vsphereFault('AccessDenied', word);
    default:
      return vsphereFault('ServerFault', word);
  }
};

const malformed = (detail: string): E.Either<VsphereFault, never> => E.left(vsphereFault('AnswerMalformed', detail));

/** What answers `method`: its response element. */
export const responseOf = (method: string, { status, text }: SoapReply): E.Either<VsphereFault, XmlElement> => {
  const root = readXml(text);
  if (E.isLeft(root)) {
    return status === 200 || status === 500
      ? malformed(root.left)
      : E.left(vsphereFault('ServerFault', `HTTP ${String(status)}`));
  }
  const body = root.right.name === 'Envelope' ? childOf(root.right, 'Body') : undefined;
  const fault = body === undefined ? undefined : childOf(body, 'Fault');
  if (fault !== undefined) return E.left(faultOfWord(wordOf(fault)));
  const response = body === undefined ? undefined : childOf(body, `${method}Response`);
  return response === undefined ? malformed(`no ${method}Response`) : E.right(response);
};

const VALUE = /^[\x21-\x7e]{1,256}$/;

/** A reference to an object, as the server wrote it. */
export const referenceOf = (element: XmlElement | undefined): ManagedObject | undefined => {
  const [type, value] = [element?.attributes['type'], element?.text.trim()];
  return type !== undefined && FAULT_WORD.test(type) && value !== undefined && VALUE.test(value)
    ? { type, value }
    : undefined;
};
