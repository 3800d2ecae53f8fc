import { mkdtempSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AgentError } from '../../../adapters/agent/agent-error.js';
import type { AgentLogLine, Attester } from '../../../adapters/agent/attester.js';
import type { EvidenceOffer } from '../../../adapters/agent/authority.js';
import { followServices } from '../../../adapters/agent/follow-services.js';
import { type Round, roundOf } from '../../../adapters/agent/key-access.js';
import { type HostClient, makeAttester } from '../../../adapters/agent/make-attester.js';
import { makeWrappingKey } from '../../../adapters/agent/wrapping-key.js';
import { toHex } from '../../../domain/encoding/bytes.js';
import { plusSeconds } from '../../../domain/encoding/instant.js';
import {
  approvedOverHttp,
  certifiedOverHttp,
  evidenceFor,
  type HttpAuthority,
  openHttpAuthority,
} from '../../support/http-authority.js';
import { testCa } from '../../support/kmip-certificates.js';
import { right } from '../../support/ledger.js';
import { softwareTpm } from '../../support/software-tpm.js';

const NOW = '2026-12-01T00:00:00.000Z';
const [ca, otherCa] = [testCa('Gate'), testCa('Another')];
const tpm = softwareTpm({ kind: 'rsa', seed: 'services in use' });
/** Nothing listens on the discard port. */
const NOWHERE = { hostname: '127.0.0.1', port: 9 };

// The agent's own HTTP client against a real authority over TLS; only the TPM is one of software.
describe('the services that an agent uses', () => {
  let authority: HttpAuthority;
  let url: string;
  let here: { readonly hostname: string; readonly port: number };
  let state: string;
  let lines: Array<AgentLogLine>;
  let attestations: number;

  const ask = (method: 'GET' | 'POST' | 'DELETE' | 'PUT', path: string, body?: unknown) =>
    authority.ask(method, path, { as: 'alice', ...(body === undefined ? {} : { body }) });

  const attestNow = (attester: Attester): TE.TaskEither<AgentError, Round> => {
    const wrappingKey = makeWrappingKey();
    const akName = toHex(tpm.akName);
    authority.now.at = plusSeconds(authority.now.at, 1);
    attestations += 1;
    return pipe(
      attester.authority.challenge(akName),
      TE.flatMap(({ nonce }) => {
        const evidence = evidenceFor(nonce, tpm, authority.now.at, undefined, undefined, wrappingKey.publicKey);
        return attester.authority.attest({ ...evidence, akName } as unknown as EvidenceOffer);
      }),
      TE.map((result) => roundOf(result, wrappingKey)),
    );
  };

  const started = async (): Promise<HostClient> => {
    await writeFile(join(state, 'ca.pem'), ca.certificate);
    const options = { url, host: 'h1', stateFolder: state, caFile: join(state, 'ca.pem') };
    return right(await makeAttester(options, (line) => lines.push(line))());
  };
  const round = async (client: HostClient, keepServices = false): Promise<Round> => {
    const first = right(await attestNow(client.attester)());
    return followServices({ ...client, keepServices, attestNow }, first);
  };
  const said = () => lines.map(({ message }) => message);

  const offered = (at: typeof here, group: string, certificate: string = ca.certificate) =>
    (['attestation', 'key-provider'] as const).map((kind) => ({ kind, ...at, group, trustedCa: [certificate] }));
  const desire = async (services: ReadonlyArray<unknown>): Promise<void> => {
    const file = { type: 'sekisho-services', v: 1, authority: 'a', cluster: 'gate', services };
    expect((await ask('PUT', '/v1/clusters/east/services-file', file)).statusCode).toBe(200);
  };
  const remediate = async (): Promise<string> => (await ask('POST', '/v1/clusters/east/remediate', {})).json().job;
  const drift = async () => (await ask('GET', '/v1/clusters/east/drift')).json().hosts[0];
  const job = async (id: string) => (await ask('GET', `/v1/jobs/${id}`)).json().job.status;
  /** A job of another test must not tell this one's host anything. */
  const noJob = async (): Promise<void> => {
    const client = await started();
    const { services } = (await ask('GET', '/v1/topology')).json().trusted[0].desired;
    const { result } = right(await attestNow(client.attester)());
    const headers = { authorization: `Bearer ${result.tokens?.[0]?.token ?? ''}` };
    await authority.ask('POST', '/v1/hosts/h1/applied-config', { body: { services }, headers });
  };

  beforeAll(async () => {
    const { certificate: cert, privateKey: key } = ca.server({ address: '127.0.0.1' });
    authority = await openHttpAuthority(NOW, undefined, { cert, key });
    url = await authority.app.listen({ host: '127.0.0.1', port: 0 });
    here = { hostname: '127.0.0.1', port: Number(new URL(url).port) };
    await certifiedOverHttp(authority, 'h1', tpm);
    await approvedOverHttp(authority, 'good');
    await ask('POST', '/v1/clusters', { id: 'east', kind: 'trusted' });
  });
  afterAll(() => authority.close());
  beforeEach(() => {
    state = mkdtempSync(join(tmpdir(), 'sekisho-follow-'));
    lines = [];
    attestations = 0;
  });

  it('are nothing to speak of while the host is in no cluster', async () => {
    const size = await authority.size();
    await round(await started());
    expect([said(), (await authority.size()) - size]).toEqual([[], 1]);
    await ask('POST', '/v1/clusters/east/hosts', { host: 'h1' });
  });

  it('are those that it was started with, said by itself, and no drift where they are desired', async () => {
    await desire(offered(here, 'test'));
    await round(await started());
    expect(await drift()).toMatchObject({ host: 'h1', health: 'OK', by: 'host', differences: [] });
    expect(attestations).toBe(1);
  });

  it('change by no difference alone, but when a remediation says so, and then outlive the agent', async () => {
    await desire(offered(here, 'moved'));
    const client = await started();
    await round(client);
    expect(await drift()).toMatchObject({ health: 'ERROR' });
    expect([said(), attestations]).toEqual([[], 1]);
    const id = await remediate();
    const counted = await round(client);
    expect(said()).toEqual(['told to use other services', 'services applied']);
    expect(await drift()).toMatchObject({ health: 'OK', by: 'host' });
    expect(await job(id)).toBe('done');
    expect(counted.access).toBeDefined();
    expect((await started()).line.inUse()).toMatchObject(offered(here, 'moved'));
  });

  it.each([
    ['nobody listens there', NOWHERE, ca.certificate],
    ['who listens there shows a certificate of another CA', undefined, otherCa.certificate],
  ])('stay as they are where %s', async (_, at, certificate) => {
    await desire(offered(at ?? here, 'test', certificate));
    const client = await started();
    const id = await remediate();
    await round(client);
    expect(said()).toEqual(['told to use other services', expect.stringContaining('services not applied')]);
    expect(client.line.inUse()).toBeUndefined();
    expect([(await drift()).health, await job(id)]).toEqual(['ERROR', 'running']);
    expect((await started()).line.inUse()).toBeUndefined();
    await noJob();
  });

  it('stay as they are where the host is told to keep them, and that is seen', async () => {
    await desire(offered(here, 'kept'));
    await remediate();
    await round(await started(), true);
    expect(said()).toEqual(['told to use other services']);
    expect(await drift()).toMatchObject({ health: 'ERROR', differences: [{ what: 'group-differs' }, {}] });
    await noJob();
  });

  it('are asked one after the other until one is reached', async () => {
    await desire([...offered(NOWHERE, 'test'), ...offered(here, 'test')]);
    await remediate();
    const client = await started();
    await round(client);
    expect(await drift()).toMatchObject({ health: 'OK' });
    expect(client.line.inUse()).toHaveLength(4);
  });

  it('are not guessed from a damaged file', async () => {
    await writeFile(join(state, 'services.json'), '{"version":1,"services":[{"kind":"attestation"}]}');
    const made = await makeAttester({ url, host: 'h1', stateFolder: state }, () => undefined)();
    expect(made).toMatchObject({ left: { _tag: 'FileFault', file: join(state, 'services.json') } });
    expect(await readFile(join(state, 'services.json'), 'utf8')).toContain('attestation');
  });
});
