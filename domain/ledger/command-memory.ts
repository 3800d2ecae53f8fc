/** How many commands back a stream knows a repeated command without reading itself again. */
const MOST = 1024;

/** Fingerprints of a stream's newest commands: 4 bytes each. A false alarm costs one reading of the stream. */
export type CommandMemory = Uint32Array;

export const noCommands: CommandMemory = new Uint32Array(0);

/** FNV-1a over UTF-16 units. */
const fingerprint = (command: string): number => {
  let hash = 0x811c9dc5;
  for (let i = 0; i < command.length; i++) hash = Math.imul(hash ^ command.charCodeAt(i), 0x01000193);
  return hash >>> 0;
};

export const mayKnow = (memory: CommandMemory, command: string): boolean => memory.includes(fingerprint(command));

export const remember = (memory: CommandMemory, commands: ReadonlyArray<string>): CommandMemory => {
  const added = commands
    .filter((command, i) => command !== commands[i - 1])
    .slice(-MOST)
    .map(fingerprint);
  const kept = memory.subarray(Math.max(memory.length + added.length - MOST, 0));
  const next = new Uint32Array(kept.length + added.length);
  next.set(kept);
  next.set(added, kept.length);
  return next;
};
