import { readdirSync, readFileSync } from 'node:fs';
import type { HashAlgorithm } from '../../domain/tpm/algorithms.js';
import type { PcrValues } from '../../domain/tpm/pcr-digest.js';

const EVIDENCE = new URL('../vectors/evidence/', import.meta.url);
const VECTORS = new URL('../vectors/tpm/', import.meta.url);

interface EvidenceText {
  readonly nonce: string;
  readonly akName: string;
  readonly ekCertificate: string;
  readonly ekPublic: string;
  readonly akPublic: string;
  readonly quote: string;
  readonly signature: string;
  readonly pcrs: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly ekIssuers: ReadonlyArray<string>;
}

export interface RecordedEvidence {
  readonly name: string;
  readonly nonce: string;
  readonly akName: string;
  readonly ekCertificate: Uint8Array;
  readonly ekPublic: Uint8Array;
  readonly akPublic: Uint8Array;
  readonly quote: Uint8Array;
  readonly signature: Uint8Array;
  readonly pcrs: PcrValues;
  readonly ekIssuers: ReadonlyArray<string>;
}

const base64 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));
export const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));

const valuesOf = (pcrs: EvidenceText['pcrs']): PcrValues =>
  new Map(
    Object.entries(pcrs).map(([bank, values]) => [
      bank as HashAlgorithm,
      new Map(Object.entries(values).map(([pcr, value]) => [Number(pcr), hex(value)])),
    ]),
  );

const read = (file: string): RecordedEvidence => {
  const text = JSON.parse(readFileSync(new URL(file, EVIDENCE), 'utf8')) as EvidenceText;
  return {
    name: file.replace('.json', ''),
    nonce: text.nonce,
    akName: text.akName,
    ekCertificate: base64(text.ekCertificate),
    ekPublic: base64(text.ekPublic),
    akPublic: base64(text.akPublic),
    quote: base64(text.quote),
    signature: base64(text.signature),
    pcrs: valuesOf(text.pcrs),
    ekIssuers: text.ekIssuers,
  };
};

/** What real TPMs said, from test/vectors/evidence. */
export const RECORDED: ReadonlyArray<RecordedEvidence> = readdirSync(EVIDENCE)
  .filter((file) => file.endsWith('.json'))
  .map(read);

const recorded = (name: string): RecordedEvidence => {
  const found = RECORDED.find((evidence) => evidence.name === name);
  if (found === undefined) throw new Error(`no evidence ${name}`);
  return found;
};

export const RSA = recorded('linux-secure-boot-rsassa');
export const PSS = recorded('linux-secure-boot-rsapss');
export const ECC = recorded('linux-secure-boot-ecdsa');
export const ECC_384 = recorded('linux-secure-boot-ecdsa-p384');

interface CertifyText {
  readonly akPublic: string;
  readonly certifiedPublic: string;
  readonly attest: string;
  readonly signature: string;
}
export const CERTIFY = JSON.parse(readFileSync(new URL('certify.json', VECTORS), 'utf8')) as CertifyText;

interface CreationText {
  readonly akPublic: string;
  readonly publicArea: string;
  readonly attest: string;
  readonly signature: string;
}
export const CREATED = JSON.parse(readFileSync(new URL('certify-creation.json', VECTORS), 'utf8')) as CreationText;

interface CredentialText {
  readonly template: string;
  readonly ekPublic: string;
  readonly akPublic: string;
  readonly akName: string;
  readonly secret: string;
  readonly seed?: string;
  readonly ephemeralPrivateKey?: string;
  readonly credentialBlob: string;
  readonly encryptedSecret: string;
}
export const CREDENTIALS = JSON.parse(
  readFileSync(new URL('credentials.json', VECTORS), 'utf8'),
) as ReadonlyArray<CredentialText>;
