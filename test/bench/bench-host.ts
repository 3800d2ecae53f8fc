import { nodeHashing } from '../../adapters/crypto/node/hashing.js';
import { pcrTexts } from '../../domain/appraisal/evidence-manifest.js';
import { fromHex, toBase64, toHex } from '../../domain/encoding/bytes.js';
import { qualifyingData } from '../../domain/host/challenge.js';
import { pcrsAfter } from '../support/forged-evidence.js';
import type { QuoteOptions } from '../support/software-tpm.js';
import type { HttpConnection } from './http-connection.js';
import type { CertifiedTpm } from './tpm-maker.js';

interface Token {
  readonly kind: string;
  readonly token: string;
}

/** A host that booted one of the recorded boots, as the authority's API knows it. */
export interface BenchHost {
  readonly id: string;
  readonly akName: string;
  readonly certify: (connection: HttpConnection) => Promise<void>;
  /** Challenge and evidence; throws unless the verdict is the one that is due. */
  readonly attest: (connection: HttpConnection) => Promise<void>;
  /** The same, for the token that keys are asked for with. */
  readonly keyToken: (connection: HttpConnection, wrappingKey: Uint8Array) => Promise<string>;
  readonly challenge: (connection: HttpConnection) => Promise<string>;
  /** The body that answers a challenge, quoted by this TPM or by whoever claims to be it. */
  readonly evidence: (nonce: string, quote: CertifiedTpm['quote'], wrappingKey?: Uint8Array) => string;
}

const post = async (
  connection: HttpConnection,
  path: string,
  body: string,
): Promise<Readonly<Record<string, string>>> => {
  const answer = await connection.send('POST', path, body);
  if (answer.status >= 300) throw new Error(`${path}: ${String(answer.status)} ${answer.body}`);
  return JSON.parse(answer.body) as Readonly<Record<string, string>>;
};

const bytesOf = (text: string | undefined): Uint8Array => new Uint8Array(Buffer.from(text ?? '', 'base64'));

/** What of a host's evidence is the same each time is written once. */
export const benchHost = (id: string, tpm: CertifiedTpm, bootLog: Uint8Array): BenchHost => {
  const akName = toHex(tpm.akName);
  const pcrs: QuoteOptions['pcrs'] = pcrsAfter(bootLog);
  const same = `,"pcrs":${JSON.stringify(pcrTexts(pcrs))},"eventLog":"${toBase64(bootLog)}"}`;
  const ask = JSON.stringify({ akName });
  const base = `/v1/hosts/${id}`;
  const challenge = async (connection: HttpConnection): Promise<string> =>
    (await post(connection, `${base}/challenges`, ask))['nonce'] ?? '';
  const evidence: BenchHost['evidence'] = (nonce, quote, wrappingKey) => {
    const expected = qualifyingData(nodeHashing, fromHex(nonce), wrappingKey);
    const wrapping = wrappingKey === undefined ? '' : `"wrappingKey":"${toBase64(wrappingKey)}",`;
    const clock = { clock: BigInt(Math.trunc(performance.now() * 1000)) };
    const signed = quote({ qualifyingData: expected, pcrs, clock });
    return `{${wrapping}"nonce":"${nonce}","akName":"${akName}","quote":"${toBase64(signed.quote)}","signature":"${toBase64(signed.signature)}"${same}`;
  };
  const attest = async (connection: HttpConnection, wrappingKey?: Uint8Array): Promise<object> => {
    const nonce = await challenge(connection);
    const judged = await post(connection, `${base}/attestations`, evidence(nonce, tpm.quote, wrappingKey));
    if (judged['verdict'] !== 'affirming') throw new Error(JSON.stringify(judged));
    return judged;
  };
  return {
    id,
    akName,
    challenge,
    evidence,
    certify: async (connection) => {
      const offer = {
        ekPublic: toBase64(tpm.ekPublic),
        akPublic: toBase64(tpm.akPublic),
        ekCertificate: toBase64(tpm.ekCertificate),
      };
      const started = await post(connection, `${base}/attestation-key/challenges`, JSON.stringify(offer));
      const secret = tpm.activate(bytesOf(started['credentialBlob']), bytesOf(started['encryptedSecret']));
      const proof = { activation: started['activation'], secret: toBase64(secret) };
      await post(connection, `${base}/attestation-key`, JSON.stringify(proof));
    },
    attest: async (connection) => {
      await attest(connection);
    },
    keyToken: async (connection, wrappingKey) => {
      const { tokens = [] } = (await attest(connection, wrappingKey)) as { tokens?: ReadonlyArray<Token> };
      return tokens.find(({ kind }) => kind === 'key-access')?.token ?? '';
    },
  };
};
