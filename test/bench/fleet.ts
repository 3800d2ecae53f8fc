import { appraisalEngines } from '../../adapters/crypto/engines.js';
import { type BenchHost, benchHost } from './bench-host.js';
import { openConnection } from './http-connection.js';
import { imageOf, recordedBoot } from './recorded-boot.js';
import type { ServedAuthority } from './served-authority.js';
import { openTpmMaker } from './tpm-maker.js';

/** Half of the hosts boot Linux, half ESXi. */
const BOOTS = ['linux-secure-boot-ecdsa', 'esxi-8.0.3-ecc'].map((name) => ({ name, file: recordedBoot(name) }));

/** Trusts a TPM CA and approves images as operators do, then enrols hosts and has their TPMs prove their keys. */
export const enrolFleet = async (authority: ServedAuthority, size: number): Promise<ReadonlyArray<BenchHost>> => {
  const maker = openTpmMaker();
  const trust = (method: string, path: string, body: unknown): Promise<unknown> =>
    authority.asOperator('trust-admin-1', method, path, body);
  await trust('POST', '/v1/tpm-cas', { name: 'bench', chain: maker.root });
  for (const { name, file } of BOOTS) {
    await trust('POST', '/v1/base-images', { image: imageOf(appraisalEngines(), file, name) });
    await authority.asOperator('trust-admin-2', 'POST', `/v1/base-images/${name}/approve`, {});
  }
  const connection = await openConnection(authority.port);
  const hosts: Array<BenchHost> = [];
  for (let i = 0; i < size; i++) {
    const id = `host-${String(i)}`;
    await authority.asOperator('workload-admin-1', 'POST', '/v1/hosts', { id });
    const host = benchHost(id, maker.make(id), BOOTS[i % BOOTS.length]?.file.evidence.bootLog ?? new Uint8Array());
    await host.certify(connection);
    hosts.push(host);
  }
  connection.close();
  return hosts;
};
