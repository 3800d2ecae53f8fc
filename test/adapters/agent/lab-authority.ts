import { constants, createHash, createPublicKey, randomBytes, verify } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { qualifyingData } from '../../../adapters/agent/qualifying-data.js';
import { run } from '../../lab/child.js';

/** What the agent sent, by the last part of the path. */
export interface Received {
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Just enough of an authority for the agent's protocol: tpm2-tools make the credential and check the quote. */
export interface LabAuthority {
  readonly url: string;
  readonly received: ReadonlyArray<Received>;
  /** Gives this answer to the next request that ends so, in place of the right one. */
  readonly answerOnce: (path: string, answer: Answer) => void;
  readonly stop: () => Promise<void>;
}

const RSAPSS = 0x0016;
const HOST = '/v1/hosts/host-1';
const IN_AN_HOUR = (): string => new Date(Date.now() + 3_600_000).toISOString();

export const problem = (status: number, code: string, headers: Record<string, string> = {}): Answer => ({
  status,
  headers,
  body: { type: `urn:sekisho:problem:${code}`, title: code, status, code, detail: code, requestId: 'r' },
});

const bodyOf = async (request: IncomingMessage): Promise<Record<string, unknown>> => {
  const chunks: Array<Buffer> = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
};

const bytes = (value: unknown): Buffer => Buffer.from(String(value), 'base64');

interface Memory {
  readonly folder: string;
  secret: Buffer;
  akPublic: Buffer;
  certified: Buffer | undefined;
  nonce: string;
}

/** tpm2_makecredential works without a TPM; after an 8 byte header its file holds the two structures. */
const makeCredential = async (memory: Memory, body: Record<string, unknown>): Promise<Answer> => {
  const file = (name: string): string => join(memory.folder, name);
  memory.secret = randomBytes(32);
  memory.akPublic = bytes(body['akPublic']);
  await writeFile(file('ek.pub'), bytes(body['ekPublic']));
  await writeFile(file('ak.pub'), memory.akPublic);
  await writeFile(file('secret'), memory.secret);
  const name = nameOf(memory);
  await run('tpm2_makecredential', [
    '-Q',
    '-T',
    'none',
    '-e',
    file('ek.pub'),
    '-s',
    file('secret'),
    '-n',
    name,
    '-o',
    file('out'),
  ]);
  const made = (await readFile(file('out'))).subarray(8);
  const end = 2 + made.readUInt16BE(0);
  const [blob, secret] = [made.subarray(0, end), made.subarray(end)];
  return {
    status: 201,
    body: {
      activation: 'opaque',
      credentialBlob: blob.toString('base64'),
      encryptedSecret: secret.toString('base64'),
      expiresAt: IN_AN_HOUR(),
    },
  };
};

/** nameAlg is the second field of TPMT_PUBLIC; the TPM gives the AK its parent's. */
const nameOf = ({ akPublic }: Memory): string => {
  const [id, hash] = akPublic.readUInt16BE(4) === 0x0c ? ['000c', 'sha384'] : ['000b', 'sha256'];
  return id + createHash(hash).update(akPublic.subarray(2)).digest('hex');
};

const certify = (memory: Memory, body: Record<string, unknown>): Answer => {
  if (!bytes(body['secret']).equals(memory.secret)) return problem(422, 'ActivationProofWrong');
  memory.certified = memory.akPublic;
  return { status: 201, body: { akName: nameOf(memory), index: 1 } };
};

const challenge = (memory: Memory): Answer => {
  if (memory.certified === undefined) return problem(409, 'AttestationKeyNotCertified');
  memory.nonce = randomBytes(48).toString('hex');
  return {
    status: 201,
    body: { nonce: memory.nonce, expiresAt: IN_AN_HOUR(), pcrs: { bank: 'sha256', indices: [0, 4, 7, 14] } },
  };
};

/** tpm2_checkquote knows no RSAPSS. */
const verifyPss = (akPublic: Buffer, quote: Buffer, signature: Buffer): boolean => {
  const jwk = { kty: 'RSA', e: 'AQAB', n: akPublic.subarray(-256).toString('base64url') };
  const padding = constants.RSA_PKCS1_PSS_PADDING;
  const key = createPublicKey({ key: jwk, format: 'jwk' });
  return verify('sha256', quote, { key, padding, saltLength: constants.RSA_PSS_SALTLEN_AUTO }, signature.subarray(6));
};

const isQuoteGood = async (memory: Memory, body: Record<string, unknown>): Promise<boolean> => {
  const [quote, signature] = [bytes(body['quote']), bytes(body['signature'])];
  const expected = Buffer.from(qualifyingData(Buffer.from(memory.nonce, 'hex'), bytes(body['wrappingKey'])));
  const akPublic = memory.certified ?? Buffer.alloc(0);
  if (signature.readUInt16BE(0) === RSAPSS) return quote.includes(expected) && verifyPss(akPublic, quote, signature);
  const file = (name: string): string => join(memory.folder, name);
  await writeFile(file('certified.pub'), akPublic);
  await writeFile(file('quote'), quote);
  await writeFile(file('signature'), signature);
  const hash = signature.readUInt16BE(2) === 0x0c ? 'sha384' : 'sha256';
  const files = ['-u', file('certified.pub'), '-m', file('quote'), '-s', file('signature')];
  return run('tpm2_checkquote', ['-Q', ...files, '-g', hash, '-q', expected.toString('hex')]).then(
    () => true,
    () => false,
  );
};

const attestation = async (memory: Memory, body: Record<string, unknown>): Promise<Answer> => {
  const believed = await isQuoteGood(memory, body);
  const reasons = believed ? [] : [{ code: 'QuoteSignatureInvalid' }];
  const verdict = believed ? 'affirming' : 'contraindicated';
  return { status: 201, body: { verdict, reasons, notAfter: IN_AN_HOUR(), index: 7 } };
};

const route = (memory: Memory, path: string, body: Record<string, unknown>): Promise<Answer> | Answer => {
  switch (path) {
    case `${HOST}/attestation-key/challenges`:
      return makeCredential(memory, body);
    case `${HOST}/attestation-key`:
      return certify(memory, body);
    case `${HOST}/challenges`:
      return challenge(memory);
    case `${HOST}/attestations`:
      return attestation(memory, body);
    default:
      return problem(404, 'RouteUnknown');
  }
};

const send = (response: ServerResponse, { status, body, headers = {} }: Answer): void => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
};

const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

export const startLabAuthority = async (): Promise<LabAuthority> => {
  const folder = await mkdtemp(join(tmpdir(), 'sekisho-authority-'));
  const empty = Buffer.alloc(0);
  const memory: Memory = { folder, secret: empty, akPublic: empty, certified: undefined, nonce: '' };
  const received: Array<Received> = [];
  const planned: Array<{ readonly path: string; readonly answer: Answer }> = [];
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = request.url ?? '';
    const body = await bodyOf(request);
    received.push({ path: path.slice(HOST.length + 1), body });
    const plan = planned.findIndex((each) => path.endsWith(each.path));
    const answer = planned.splice(plan, plan < 0 ? 0 : 1)[0]?.answer;
    send(response, answer ?? (await route(memory, path, body)));
  };
  const server = createServer((request, response) => {
    handle(request, response).catch((reason: unknown) => send(response, problem(500, String(reason))));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    received,
    answerOnce: (path, answer) => planned.push({ path, answer }),
    stop: () => close(server).then(() => rm(folder, { recursive: true, force: true })),
  };
};
