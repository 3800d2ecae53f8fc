import * as t from 'io-ts';
import { describe, expect, it } from 'vitest';
import { parametersOf, schemaOf } from '../../../adapters/http/json-schema.js';
import { BaseImage } from '../../../domain/appraisal/base-image.js';
import { AttestationPolicy } from '../../../domain/appraisal/policy.js';
import { closed, closedWith } from '../../../domain/encoding/closed.js';
import { Base64UpTo, Hex, Instant, ListUpTo, SafeInt, Text } from '../../../domain/encoding/primitives.js';

describe('the schema of a codec', () => {
  it('says what a closed object needs, may have and refuses', () => {
    expect(schemaOf(closedWith({ id: Text(8) }, { size: SafeInt }, 'Thing'))).toEqual({
      type: 'object',
      title: 'Thing',
      properties: {
        id: { type: 'string', minLength: 1, maxLength: 8 },
        size: { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
      },
      required: ['id'],
      additionalProperties: false,
    });
  });

  it('carries the rules of primitives and lists', () => {
    expect(schemaOf(ListUpTo(Hex(2), 3))).toEqual({
      type: 'array',
      items: { type: 'string', pattern: '^[0-9a-f]{4}$' },
      maxItems: 3,
    });
    expect(schemaOf(Base64UpTo(3))).toMatchObject({ contentEncoding: 'base64', maxLength: 4 });
    expect(schemaOf(Instant)).toMatchObject({ format: 'date-time' });
  });

  it('makes unions, nothing, literals and optional fields what they are', () => {
    expect(schemaOf(t.union([t.null, t.literal('a')]))).toEqual({ anyOf: [{ type: 'null' }, { const: 'a' }] });
    expect(schemaOf(closed({ a: t.union([t.undefined, t.boolean]) }, 'Maybe'))).toMatchObject({
      properties: { a: { type: 'boolean' } },
    });
    expect(schemaOf(closed({ a: t.union([t.undefined, t.boolean]) }, 'Maybe'))).not.toHaveProperty('required');
  });

  it('knows every part of images and policies', () => {
    const text = JSON.stringify([schemaOf(BaseImage), schemaOf(AttestationPolicy)]);
    expect(text).toContain('uefi-linux');
    expect(text).toContain('evidenceMaxAgeSeconds');
    expect(text).not.toContain('"title":"Text');
    expect(text).not.toContain('"items":{}');
  });

  it('lists parameters with whether they must be given', () => {
    const parameters = parametersOf(closedWith({ id: Text(8) }, { size: SafeInt }, 'Thing'));
    expect(parameters.map(({ name, required }) => [name, required])).toEqual([
      ['id', true],
      ['size', false],
    ]);
  });
});
