import fastify from 'fastify';

/**
 * What a request costs before anything is decided: fastify in a process of its own that reads a body and answers every one with the
 * same JSON, as long as an answer of the guard. Prints its address, as the program does.
 */
const relied = { host: 'host-7919', verdict: 20_000, cluster: 'cluster-9', joined: 30_000, clusterState: 40_001 };
const answer = {
  asOf: { index: 40_020, time: '2026-12-01T00:00:00.000Z' },
  judgedAt: '2026-12-01T00:00:00.000Z',
  freshness: { age: 1, most: 5_000 },
  allowed: true,
  reasons: [],
  until: '2026-12-08T00:00:00.000Z',
  reliedOn: [relied, relied],
  recorded: null,
};

const app = fastify();
app.post('/v1/guard/ask', (_request, reply) => reply.serializer(JSON.stringify).send(answer));
process.stdout.write(`${await app.listen({ port: 0, host: '127.0.0.1' })}\n`);
process.once('SIGTERM', () => void app.close());
