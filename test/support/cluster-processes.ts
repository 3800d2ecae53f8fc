import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { onTestFinished } from 'vitest';
import { dataFolder } from '../../adapters/authority/data-folder.js';
import { joinCluster } from '../../adapters/authority/join.js';
import { writeStoreChoice } from '../../adapters/authority/store-file.js';
import { type HttpAuthority, openHttpAuthority, PASSPHRASE } from './http-authority.js';
import { right } from './ledger.js';
import { type Serving, serveWith } from './serving.js';
import { type TcpProxy, tcpProxy } from './tcp-proxy.js';
import { temporaryFolder } from './temporary-folder.js';
import { transpiled } from './transpiled.js';

const PREFIX = 'sekisho';

/** One `sekisho serve` in a process of its own, with a wire of its own to the store and a clock of its own. */
export interface NodeProcess {
  readonly name: string;
  readonly dir: string;
  readonly wire: TcpProxy;
  readonly serving: () => Serving;
  readonly start: () => Promise<void>;
  /** Sets its wall clock off by so many milliseconds. */
  readonly setClock: (off: number) => void;
}

export interface Cluster {
  readonly nodes: ReadonlyArray<NodeProcess>;
  readonly tokens: ReadonlyMap<string, string>;
  /** The store without any wire that can be cut. */
  readonly store: { readonly url: string; readonly prefix: string };
}

const startStore = async (folder: string): Promise<number> => {
  const child: ChildProcess = spawn(process.execPath, [transpiled('test/support/esdb/serving-child.ts', folder)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  if (child.stdout === null) throw new Error('no output');
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return Number(line.toString());
};

const urlAt = (port: number): string => `esdb://127.0.0.1:${String(port)}?tls=false`;

const nodeIn = async (
  name: string,
  dir: string,
  port: number,
  options: ReadonlyArray<string>,
): Promise<NodeProcess> => {
  const wire = await tcpProxy(() => port);
  const clock = join(dirname(dir), `${name}.clock`);
  writeFileSync(clock, '0');
  right(await writeStoreChoice(dataFolder(dir).store, { url: urlAt(wire.port), prefix: PREFIX })());
  const preload = pathToFileURL(resolve(import.meta.dirname, 'jumping-clock.mjs')).href;
  const env = { ...process.env, NODE_OPTIONS: `--import ${preload}`, SEKISHO_TEST_CLOCK: clock };
  let serving: Serving | undefined;
  const now = (): Serving => {
    if (serving === undefined) throw new Error(`${name} does not serve`);
    return serving;
  };
  onTestFinished(async () => {
    wire.close();
    await serving?.kill();
  });
  return {
    name,
    dir,
    wire,
    serving: now,
    start: async () => {
      serving = await serveWith(env, dir, '--host-rate', '100000', ...options);
    },
    setClock: (off) => {
      writeFileSync(clock, String(off));
      now().signal('SIGUSR2');
    },
  };
};

/** Nodes of one authority on one store, all as processes with the same options. `prepare` sets the authority up before any of them serves. */
export const clusterOf = async (
  names: ReadonlyArray<string>,
  prepare: (authority: HttpAuthority) => Promise<void>,
  ...options: ReadonlyArray<string>
): Promise<Cluster> => {
  const folder = temporaryFolder();
  const port = await startStore(folder);
  const store = { url: urlAt(port), prefix: PREFIX };
  const authority = await openHttpAuthority(new Date().toISOString(), store);
  onTestFinished(() => rmSync(dirname(authority.dir), { recursive: true, force: true }));
  await prepare(authority);
  await authority.close();
  const own = dataFolder(authority.dir);
  const nodes: Array<NodeProcess> = [];
  for (const name of names) {
    const dir = nodes.length === 0 ? authority.dir : join(folder, name);
    if (nodes.length > 0) {
      right(await joinCluster({ dir, store, keys: own.keys, passphrase: PASSPHRASE })());
      if (existsSync(own.vault)) copyFileSync(own.vault, dataFolder(dir).vault);
      copyFileSync(own.passphrase, dataFolder(dir).passphrase);
    }
    nodes.push(await nodeIn(name, dir, port, options));
  }
  await Promise.all(nodes.map(({ start }) => start()));
  return { nodes, tokens: authority.tokens, store };
};
