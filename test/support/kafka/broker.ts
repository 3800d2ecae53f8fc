import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Kafka, logLevel } from 'kafkajs';
import { projectRoot } from '../../bench/project-root.js';

const POM = join(projectRoot, 'test', 'support', 'kafka', 'pom.xml');
const CLUSTER = 'MkU3OEVBNTcwNTJENDM2Qk';

/** Apache Kafka's own jars, from the Maven repository that this machine uses; kept outside the checkout for the next time. */
const libraries = (): string => {
  const version = createHash('sha256').update(readFileSync(POM)).digest('hex').slice(0, 16);
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  const folder = join(cache, 'sekisho-test', `kafka-${version}`);
  if (existsSync(folder)) return folder;
  const beside = `${folder}.${String(process.pid)}`;
  mkdirSync(dirname(folder), { recursive: true });
  const { status, stdout } = spawnSync(
    'mvn',
    ['-q', '-B', '-f', POM, 'dependency:copy-dependencies', `-DoutputDirectory=${beside}`],
    { encoding: 'utf8', timeout: 400_000 },
  );
  if (status !== 0) throw new Error(`maven could not fetch Kafka:\n${stdout.slice(-2000)}`);
  if (existsSync(folder)) rmSync(beside, { recursive: true });
  else renameSync(beside, folder);
  return folder;
};

const freePorts = async (): Promise<ReadonlyArray<number>> => {
  const servers = [createServer(), createServer()];
  const ports: Array<number> = [];
  for (const server of servers) {
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    ports.push(typeof address === 'object' && address !== null ? address.port : 0);
  }
  for (const server of servers) await new Promise((resolve) => void server.close(resolve));
  return ports;
};

const propertiesOf = (data: string, [port, controller]: ReadonlyArray<number>): string =>
  [
    'process.roles=broker,controller',
    'node.id=1',
    `controller.quorum.voters=1@127.0.0.1:${String(controller)}`,
    `listeners=PLAINTEXT://127.0.0.1:${String(port)},CONTROLLER://127.0.0.1:${String(controller)}`,
    `advertised.listeners=PLAINTEXT://127.0.0.1:${String(port)}`,
    'controller.listener.names=CONTROLLER',
    'listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    `log.dirs=${data}`,
    'offsets.topic.replication.factor=1',
    'offsets.topic.num.partitions=1',
    'transaction.state.log.replication.factor=1',
    'transaction.state.log.min.isr=1',
    'group.initial.rebalance.delay.ms=0',
    'auto.create.topics.enable=false',
    'log.cleaner.enable=false',
    '',
  ].join('\n');

/** A real broker of one node on this machine. Messages it acknowledged are in its page cache: they survive its death, not the machine's. */
export interface TestBroker {
  readonly address: string;
  readonly kafka: Kafka;
  readonly createTopics: (name: string, partitions: number) => Promise<void>;
  /** As a power cut would for the process. */
  readonly kill: () => Promise<void>;
  readonly start: () => Promise<void>;
  readonly close: () => Promise<void>;
}

const answers = async (kafka: Kafka): Promise<boolean> => {
  const admin = kafka.admin();
  try {
    await admin.connect();
    await admin.listTopics();
    return true;
  } catch {
    return false;
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
};

const java = (jars: string, heap: string, ...args: ReadonlyArray<string>): ReadonlyArray<string> => [
  heap,
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-cp',
  `${jars}/*`,
  ...args,
];

export const startBroker = async (folder: string): Promise<TestBroker> => {
  const jars = libraries();
  const [config, data, ports] = [join(folder, 'server.properties'), join(folder, 'data'), await freePorts()];
  writeFileSync(config, propertiesOf(data, ports));
  const format = java(jars, '-Xmx64m', 'kafka.tools.StorageTool', 'format', '-t', CLUSTER, '-c', config);
  const formatted = spawnSync('java', format, { encoding: 'utf8' });
  if (formatted.status !== 0) throw new Error(formatted.stdout + formatted.stderr);
  const address = `127.0.0.1:${String(ports[0])}`;
  const retry = { retries: 1, initialRetryTime: 100 };
  const kafka = new Kafka({ brokers: [address], clientId: 'test', logLevel: logLevel.NOTHING, retry });
  let child: ChildProcess | undefined;
  const kill = async (): Promise<void> => {
    const running = child;
    child = undefined;
    if (running === undefined) return;
    const gone = new Promise((resolve) => running.once('exit', resolve));
    running.kill('SIGKILL');
    await gone;
  };
  const start = async (): Promise<void> => {
    child = spawn('java', java(jars, '-Xmx192m', 'kafka.Kafka', config), { stdio: 'ignore' });
    const mine = child;
    for (let tries = 0; !(await answers(kafka)); tries++) {
      if (mine.exitCode !== null || tries > 600) throw new Error('the broker does not come up');
      await sleep(200);
    }
  };
  await start();
  return {
    address,
    kafka,
    kill,
    start,
    createTopics: async (name, numPartitions) => {
      const admin = kafka.admin();
      await admin.connect();
      const forEver = [{ name: 'retention.ms', value: '-1' }];
      const topics = [
        { topic: name, numPartitions, configEntries: forEver },
        { topic: `${name}.checkpoints`, numPartitions: 1, configEntries: forEver },
      ];
      await admin.createTopics({ waitForLeaders: true, topics });
      await admin.disconnect();
    },
    close: kill,
  };
};
