import { writeSync } from 'node:fs';
import { startTestServer } from './server.js';

// The modelled server as a process of its own: says its port, and nothing else. It lives as long as what started it, which holds the other end
// of its input: that closes however that process ends.
process.stdin.resume().on('end', () => process.exit());
const { url } = await startTestServer();
writeSync(1, `${/:(\d+)\?/.exec(url)?.[1] ?? ''}\n`);
