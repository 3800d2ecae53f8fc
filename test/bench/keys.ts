import { join } from 'node:path';
import nacl from 'tweetnacl';
import { openAuthority } from '../../adapters/main.js';
import { currentHost } from '../../domain/host/host-stream.js';
import { judgeRelease } from '../../domain/key-release/judge-release.js';
import { readGrounds } from '../../domain/key-release/read-grounds.js';
import { pykmipPython } from '../interop/pykmip-server.js';
import type { BenchHost } from './bench-host.js';
import type { BenchGroup, BenchOptions, Figure } from './figure.js';
import { enrolFleet } from './fleet.js';
import { openConnection } from './http-connection.js';
import { temporaryFolder } from './ledger.js';
import { orThrow } from './recorded-boot.js';
import { kmipReleases, softwareReleases } from './releases.js';
import { initAuthority, serveAuthority } from './served-authority.js';
import { ratePerCoreSecond } from './timing.js';

const HOSTS = 32;

/** The rule alone, on what a real host's stream, provider and reference values folded to. */
const decision = async (dir: string, host: string): Promise<Figure> => {
  const authority = orThrow(await openAuthority({ dir, passphrase: undefined })());
  const { deps } = authority;
  const { state } = orThrow(await currentHost(deps)(host)());
  const token = {
    id: `key-access/${state.current?.id ?? ''}`,
    kind: 'key-access',
    expires: '9999-01-01T00:00:00.000Z',
    forUs: true,
  } as const;
  const delivery = { to: 'wrapping-key', key: state.current?.wrappingKey ?? null, unfit: [] } as const;
  const wanted = {
    release: '',
    operation: 'generate-key',
    provider: 'vault',
    key: null,
    purpose: null,
    token,
    delivery,
  } as const;
  const { grounds, facts } = orThrow(await readGrounds(deps, host, wanted, true)());
  const release = { ...grounds, host: state, asked: wanted, facts };
  const reasons = judgeRelease(release);
  if (reasons.length > 0) throw new Error(JSON.stringify(reasons));
  const perSecond = ratePerCoreSecond(2, () => void judgeRelease(release));
  await authority.close();
  return { name: 'the decision alone', measured: 1e6 / perSecond, unit: 'us', note: 'of one core, reading no stream' };
};

/** A token for each host, from a verdict of now. */
const attested = async (port: number, fleet: ReadonlyArray<BenchHost>): Promise<ReadonlyArray<string>> => {
  const connection = await openConnection(port);
  const tokens: Array<string> = [];
  for (const host of fleet) tokens.push(await host.keyToken(connection, nacl.box.keyPair().publicKey));
  connection.close();
  return tokens;
};

/** The server ends whatever comes of the measuring: it would go on after this process. */
const measure = async (folder: string, dir: string, { say }: BenchOptions): Promise<ReadonlyArray<Figure>> => {
  const authority = await serveAuthority(dir);
  try {
    const fleet = await enrolFleet(authority, HOSTS);
    say('software provider');
    const vault = await softwareReleases(authority, await attested(authority.port, fleet));
    say('KMIP provider and bare Gets, by turns');
    const hsm = await kmipReleases(authority, await attested(authority.port, fleet), join(folder, 'pykmip'));
    return [...vault, ...hsm];
  } finally {
    await authority.stop();
  }
};

export const keys: BenchGroup = {
  name: 'keys',
  what: 'releases of new keys over HTTP: software provider, KMIP provider beside bare KMIP Gets, the decision alone',
  run: async (options) => {
    const folder = temporaryFolder();
    const dir = `${folder.path}/authority`;
    try {
      pykmipPython();
      initAuthority(dir);
      const releases = await measure(folder.path, dir, options);
      return [...releases, await decision(dir, 'host-0')];
    } finally {
      folder.remove();
    }
  },
};
