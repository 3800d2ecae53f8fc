import { randomBytes, randomUUID } from 'node:crypto';
import type { Clock, Random } from '../domain/ports.js';

export const systemClock: Clock = { now: () => new Date().toISOString() };

export const systemRandom: Random = {
  bytes: (size) => new Uint8Array(randomBytes(size)),
  uuid: () => randomUUID(),
};
