import { writeSync } from 'node:fs';
import { startTestServer } from './server.js';

// The modelled server as a process of its own, until it is killed: says its port, and nothing else.
const { url } = await startTestServer();
writeSync(1, `${/:(\d+)\?/.exec(url)?.[1] ?? ''}\n`);
