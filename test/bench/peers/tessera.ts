import { spawnSync } from 'node:child_process';
import { buildPeer } from './build-peer.js';

/** Milliseconds that entries waited, from the time they were due. */
export interface Waited {
  readonly durableP50: number;
  readonly durableP99: number;
  readonly publishedP50: number;
  readonly publishedP99: number;
}

/** A Tessera POSIX log in an empty folder, offered so much a second. Text: why there is no peer. */
export type TesseraPeer = (folder: string, offered: number, seconds: number, size: number) => Waited;

export const buildTessera = (): TesseraPeer | string => {
  const built = buildPeer('tessera');
  if (typeof built === 'string') return built;
  return (folder, offered, seconds, size) => {
    const given = { dir: folder, rate: offered, seconds, size };
    const args = Object.entries(given).map(([name, value]) => `-${name}=${String(value)}`);
    const run = spawnSync(built.binary, args, { encoding: 'utf8' });
    if (run.status !== 0) throw new Error(`tessera: ${run.stdout}${run.stderr}`);
    return JSON.parse(run.stdout) as Waited;
  };
};
