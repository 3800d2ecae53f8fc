import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

const OLDEST = [1, 24] as const;
const here = import.meta.dirname;

const versionOfGo = (): readonly [number, number] | undefined => {
  const asked = spawnSync('go', ['env', 'GOVERSION'], { encoding: 'utf8' });
  const match = asked.status === 0 ? /^go(\d+)\.(\d+)/.exec(asked.stdout) : null;
  return match === null ? undefined : [Number(match[1]), Number(match[2])];
};

const isNewEnough = ([major, minor]: readonly [number, number]): boolean =>
  major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);

/** For `describe.runIf(...)`: whether Go is there. Where nothing may be skipped (SEKISHO_REQUIRE_ALL=1) it throws instead. */
export const requireGo = (): boolean => {
  const version = versionOfGo();
  if (version !== undefined && isNewEnough(version)) return true;
  const line = `needs Go ${OLDEST.join('.')} or newer on the PATH: https://go.dev/dl/`;
  if (process.env['SEKISHO_REQUIRE_ALL'] === '1') throw new Error(line);
  process.stderr.write(`skipped: ${line}\n`);
  return false;
};

/** A cold build takes minutes, a warm one less than a second: Go's own cache is kept between runs. */
export const BUILD_MILLIS = 600_000;

/** Builds programs of one module, at the versions that its go.sum fixes, and answers with the folder they are in. */
export const buildGo = (
  module: 'merkle' | 'sumdb' | 'tessera' | 'torchwood' | 'vcenter',
  ...packages: ReadonlyArray<string>
): string => {
  const folder = join(here, '../../.lab/interop', module);
  mkdirSync(folder, { recursive: true });
  execFileSync('go', ['build', '-o', `${folder}/`, ...packages], {
    cwd: join(here, module),
    env: { ...process.env, GOFLAGS: '-mod=readonly -buildvcs=false' },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: BUILD_MILLIS,
  });
  return folder;
};
