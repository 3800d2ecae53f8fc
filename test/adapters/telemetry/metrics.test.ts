import { expect, it } from 'vitest';
import { makeMetrics } from '../../../adapters/telemetry/metrics.js';

it('writes counters as the text exposition format has them', () => {
  const metrics = makeMetrics();
  metrics.count('sekisho_verdicts_total', 'affirming');
  metrics.count('sekisho_verdicts_total', 'affirming');
  metrics.count('sekisho_appends_total');
  const lines = metrics.exposition().split('\n');
  expect(lines).toContain('# TYPE sekisho_verdicts_total counter');
  expect(lines).toContain('sekisho_verdicts_total{verdict="affirming"} 2');
  expect(lines).toContain('sekisho_appends_total 1');
  expect(lines.at(-1)).toBe('');
});
