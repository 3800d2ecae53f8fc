import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseSite } from '../../adapters/cli/site/read-site.js';
import { Site } from '../../adapters/cli/site/site-file.js';
import { rightOf } from '../support/either.js';

const text = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'site.md'), 'utf8');

describe('docs/site.md', () => {
  it('shows a file that is understood, and every section that there is', () => {
    const [, example = ''] = /```yaml\n([^]*?)```/.exec(text) ?? [];
    const site = rightOf(parseSite('site.yaml', example));
    const [required, optional] = Site.type.types;
    expect(Object.keys(site).sort()).toEqual([...Object.keys(required.props), ...Object.keys(optional.props)].sort());
  });
});
