// Loaded into a process before anything else: its wall clock is off by what the file says, read again at each SIGUSR2.
import { readFileSync } from 'node:fs';

const file = process.env['SEKISHO_TEST_CLOCK'] ?? '';
const Wall = Date;
let off = 0;
globalThis.Date = class extends Wall {
  constructor(...given) {
    if (given.length === 0) super(Wall.now() + off);
    else super(...given);
  }
  static now() {
    return Wall.now() + off;
  }
};
process.on('SIGUSR2', () => {
  off = Number(readFileSync(file, 'utf8'));
});
