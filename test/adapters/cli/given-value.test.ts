import { describe, expect, it } from 'vitest';
import { run } from '../../support/run-cli.js';

describe('an option whose value a shell made nothing of', () => {
  it.each([
    [['host', 'list', '--url', '', '--json']],
    [['host', 'list', '--url', ' ', '--json']],
    [['host', 'list', '--url', '--json']],
    [['host', 'list', '--dir', '--as', 'alice']],
    [['host', 'list', '--dir', 'somewhere', '--token-file', '']],
    [['agent', '--url', '--host', 'web-1']],
  ])('is refused, never taken for another authority or another value: %j', async (words) => {
    const { code, out, err } = await run(...words);
    const option = words[words.findIndex((word, i) => word.startsWith('--') && !/^\w/.test(words[i + 1] ?? ''))];
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(new RegExp(`'${option ?? '?'} .*(?:is empty|has no value)`));
  });
});
