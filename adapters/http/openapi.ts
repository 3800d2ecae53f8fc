import { rolesWith } from '../../domain/access/roles.js';
import { Approvable } from './approvable.js';
import { parametersOf, schemaOf } from './json-schema.js';
import { accessOf } from './permissions.js';
import { NoBody, type Route } from './route.js';

type Part = Readonly<Record<string, unknown>>;

const PROBLEM: Part = {
  type: 'object',
  required: ['type', 'title', 'status', 'code', 'detail'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', description: 'Stable; programs decide by it.' },
    detail: { type: 'string' },
    faults: {
      type: 'array',
      items: {
        type: 'object',
        required: ['field', 'rule'],
        properties: { field: { type: 'string' }, rule: { type: 'string' } },
      },
    },
    reasons: {
      type: 'array',
      items: { type: 'object', required: ['code'], properties: { code: { type: 'string' } } },
    },
    requestId: { type: 'string' },
  },
};

const problems: Part = {
  default: {
    description: 'A problem (RFC 9457).',
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  },
};

const security = (route: Route): Part => {
  const access = accessOf(route.operation);
  if (access === 'public' || access === 'host') return { security: [] };
  if (access === 'operator') return { security: [{ bearer: [] }], description: 'Any role.' };
  return { security: [{ bearer: [] }], description: `Permission ${access}: ${rolesWith(access).join(', ')}.` };
};

/** What an earlier answer was true at: whoever answers now has seen that. */
const LEAST = { required: false, schema: { type: 'integer', minimum: 0 } };

const parameters = (route: Route): ReadonlyArray<Part> => [
  ...parametersOf(route.params).map(({ name, schema }) => ({ name, in: 'path', required: true, schema })),
  ...parametersOf(route.query).map(({ name, required, schema }) => ({ name, in: 'query', required, schema })),
  ...(route.method === 'GET' ? [{ name: 'min-index', in: 'query', ...LEAST }] : []),
  { name: 'Sekisho-Min-Index', in: 'header', ...LEAST },
  ...(route.method === 'GET' || accessOf(route.operation) === 'host'
    ? []
    : [{ name: 'Idempotency-Key', in: 'header', required: false, schema: { type: 'string', format: 'uuid' } }]),
];

/** Where an operation may need two people, one may do it alone in an emergency. */
const emergency = ({ operation }: Route): ReadonlyArray<Part> =>
  (Approvable.is(operation) && operation !== 'changeApprovalPolicy') || operation === 'approveBaseImage'
    ? [
        {
          name: 'Sekisho-Break-Glass',
          in: 'header',
          required: false,
          description: 'Why one person does alone what needs two, percent-encoded: recorded, and reviewed afterwards.',
          schema: { type: 'string' },
        },
      ]
    : [];

const operation = (route: Route): Part => ({
  operationId: route.operation,
  summary: route.summary,
  ...security(route),
  parameters: [...parameters(route), ...emergency(route)],
  ...(route.body === NoBody
    ? {}
    : { requestBody: { required: true, content: { 'application/json': { schema: schemaOf(route.body) } } } }),
  responses: {
    '2XX': { description: 'Done.', content: { 'application/json': { schema: schemaOf(route.answer) } } },
    ...problems,
  },
});

/** OpenAPI 3.1, made from the codecs that the routes check with: it can't say anything else than they do. */
export const openApiOf = (routes: ReadonlyArray<Route>, version: string): Part => {
  const paths: Record<string, Record<string, Part>> = {};
  for (const route of routes) {
    const path = route.path.replace('{+', '{');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Sekisho',
      version,
      description: 'An open trust authority with a memory.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    paths,
    components: {
      schemas: { Problem: PROBLEM },
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
    },
  };
};
