import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createInTurn } from '../../../adapters/event-store/in-turn.js';
import { createStateCache } from '../../../adapters/event-store/state-cache.js';
import { mayKnow, noCommands, remember } from '../../../domain/ledger/command-memory.js';

describe('works in turn', () => {
  it('runs those of one stream one after another and those of others meanwhile', async () => {
    const inTurn = createInTurn();
    const seen: Array<string> = [];
    const work = (name: string, time: number) => async () => {
      seen.push(`${name} begins`);
      await sleep(time);
      seen.push(`${name} ends`);
      return name;
    };
    const done = await Promise.all([
      inTurn('a', work('a1', 20))(),
      inTurn('a', work('a2', 0))(),
      inTurn('b', work('b1', 0))(),
    ]);
    expect(done).toEqual(['a1', 'a2', 'b1']);
    expect(seen).toEqual(['a1 begins', 'b1 begins', 'b1 ends', 'a1 ends', 'a2 begins', 'a2 ends']);
  });

  it('goes on behind a work that failed', async () => {
    const inTurn = createInTurn();
    const failing = inTurn('a', () => Promise.reject(new Error('broken')))();
    const next = inTurn('a', () => Promise.resolve('fine'))();
    await expect(failing).rejects.toThrow('broken');
    expect(await next).toBe('fine');
  });
});

describe('the state cache', () => {
  it('keeps the streams that were used last', () => {
    const cache = createStateCache<number>(2);
    const cached = (state: number) => ({ state, tip: null, commands: noCommands });
    cache.set('a', cached(1));
    cache.set('b', cached(2));
    expect(cache.get('a')?.state).toBe(1);
    cache.set('c', cached(3));
    expect([cache.get('a')?.state, cache.get('b')?.state, cache.get('c')?.state]).toEqual([1, undefined, 3]);
    cache.drop('a');
    expect(cache.get('a')).toBeUndefined();
  });
});

describe('the memory of commands', () => {
  it('knows the newest 1,024 commands, each once however many events it had', () => {
    const commands = Array.from({ length: 1500 }, (_, i) => `command-${i}`);
    const memory = commands.reduce((known, command) => remember(known, [command, command, command]), noCommands);
    expect(memory).toHaveLength(1024);
    expect(commands.slice(-1024).every((command) => mayKnow(memory, command))).toBe(true);
    expect(mayKnow(memory, 'command-0')).toBe(false);
  });
});
