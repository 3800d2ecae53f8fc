import { GROUPS } from './groups.js';

// One group in a process of its own, so that no other's memory or compiled code is in what is measured.
const [name, size] = process.argv.slice(2);
const group = GROUPS.find((one) => one.name === name);
if (group === undefined) throw new Error(`no group ${String(name)}`);
const say = (text: string): void => void process.stderr.write(`  ${text}\n`);
const figures = await group.run({ large: size === 'large', say });
process.stdout.write(`${JSON.stringify(figures)}\n`);
