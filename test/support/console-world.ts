import { plusSeconds } from '../../domain/encoding/instant.js';
import { BAD_BOOT } from './authority.js';
import {
  approvedOverHttp,
  attestOverHttp,
  certifiedOverHttp,
  type HttpAuthority,
  openHttpAuthority,
  type Person,
} from './http-authority.js';
import { softwareTpm } from './software-tpm.js';

/** What a name may be made of to pass for something else: markup, the other direction, what is not seen. */
export const HOSTILE_NAME = `<img src=x onerror=alert(1)>\u202egnp.tsoh\u200b "${'long '.repeat(40)}`;

export const WORLD_HOSTS = ['east-01', 'east-02', 'east-03', 'west-01', 'west-02', 'west-03'] as const;

const because = { reason: 'as the rota says' };
const HALF_AN_HOUR = 1800;

const told =
  (authority: HttpAuthority) =>
  async (path: string, body: unknown, as: Person = 'alice') => {
    const reply = await authority.ask(path.startsWith('PUT ') ? 'PUT' : 'POST', path.replace('PUT ', ''), { as, body });
    if (reply.statusCode >= 300) throw new Error(`${path}: ${reply.body}`);
  };

const clusters = async (authority: HttpAuthority): Promise<void> => {
  const tell = told(authority);
  await tell('/v1/clusters', { id: 'gate', kind: 'authority', site: 'hill' });
  await tell('/v1/clusters/gate/enable', because);
  for (const id of ['east', 'west']) {
    await tell('/v1/clusters', { id, kind: 'trusted', site: id, displayName: `Halls of the ${id}` });
    await tell(`/v1/clusters/${id}/enable`, because);
  }
  for (const host of WORLD_HOSTS) await tell(`/v1/clusters/${host.slice(0, 4)}/hosts`, { host });
};

/**
 * An authority with a past of some hours: hosts that are trusted, that booted something else, fell silent, were put aside, never came,
 * and one whose name means no good.
 */
export const consoleWorld = async (): Promise<HttpAuthority> => {
  const authority = await openHttpAuthority();
  const tell = told(authority);
  const pass = (seconds: number): void => {
    authority.now.at = plusSeconds(authority.now.at, seconds);
  };
  await approvedOverHttp(authority, 'good');
  const tpms = WORLD_HOSTS.map((host) => [host, softwareTpm({ kind: 'rsa', seed: `console ${host}` })] as const);
  for (const [host, tpm] of tpms) {
    pass(60);
    await certifiedOverHttp(authority, host, tpm);
  }
  await clusters(authority);
  await tell('/v1/hosts', { id: 'new-01', displayName: HOSTILE_NAME }, 'wendy');
  for (let round = 0; round < 6; round++) {
    pass(HALF_AN_HOUR);
    for (const [host, tpm] of tpms) {
      const silent = host === 'west-03' && round > 2;
      if (!silent) await attestOverHttp(authority, host, tpm, host === 'west-02' && round > 3 ? BAD_BOOT : undefined);
    }
    if (round === 3) await tell('/v1/hosts/east-03/quarantine', { reason: 'a <b>stranger</b> was seen at the rack' });
  }
  pass(120);
  return authority;
};
