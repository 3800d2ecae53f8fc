import type { FastifyInstance } from 'fastify';

const LOOK_EVERY_MS = 200;

/**
 * Lets a server that ends close every connection on which nothing is being answered. Node does so once, at the beginning; left are those
 * whose answer ends later, and those that browsers open in advance: without a request, they would hold the end up until they time out.
 */
export const endConnections = (app: FastifyInstance): void => {
  let answering = 0;
  app.addHook('onRequest', (_request, _reply, done) => {
    answering += 1;
    done();
  });
  app.addHook('onResponse', (_request, _reply, done) => {
    answering -= 1;
    done();
  });
  app.addHook('preClose', (done) => {
    let wasQuiet = false;
    const look = setInterval(() => {
      // Twice in a row: what was answered last is on its way by then.
      if (wasQuiet && answering === 0) app.server.closeAllConnections();
      wasQuiet = answering === 0;
      app.server.getConnections((_error, count) => {
        if (count === 0) clearInterval(look);
      });
    }, LOOK_EVERY_MS);
    look.unref();
    done();
  });
};
