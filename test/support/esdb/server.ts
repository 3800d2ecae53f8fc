import featuresService from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import features from '@eventstore/db-client/generated/serverfeatures_pb.js';
import streamsService from '@eventstore/db-client/generated/streams_grpc_pb.js';
import streams, {
  type AppendReq,
  type AppendResp,
  type DeleteReq,
  type ReadReq,
  type ReadResp,
} from '@eventstore/db-client/generated/streams_pb.js';
import {
  type handleUnaryCall,
  Metadata,
  Server,
  ServerCredentials,
  type ServerReadableStream,
  type ServerWritableStream,
  type sendUnaryData,
  status,
} from '@grpc/grpc-js';
import { createFaults, type Faults } from './faults.js';
import { createEventLog, type EventLog, type ProposedEvent, type RecordedEvent } from './log.js';
import { appendMessage, eventMessage, expectedOf, notFoundMessage, proposedOf, streamNameOf } from './messages.js';
import { createSubscriptions, type Subscriptions } from './subscriptions.js';

/**
 * An EventStoreDB of one node as far as the adapter can tell: the real client speaks to it over a real connection. It
 * models the rules of appending exactly, and neither clusters, nor disks, nor access control.
 */
export interface TestServer {
  readonly url: string;
  readonly log: EventLog;
  readonly faults: Faults;
  readonly subscriptions: Subscriptions;
  /** How often the client used the batch call, which it must not. */
  readonly batchAppends: () => number;
  /** Cuts all connections; what is stored stays. */
  readonly stop: () => Promise<void>;
  /** On the same port again. */
  readonly start: () => Promise<void>;
}

const unavailable = { code: status.UNAVAILABLE, details: 'the connection broke' };
const SLOW_MS = 150;

const deleted = (stream: string) => {
  const metadata = new Metadata();
  metadata.set('exception', 'stream-deleted');
  metadata.set('stream-name', stream);
  return { code: status.FAILED_PRECONDITION, details: `stream ${stream} is deleted`, metadata };
};

const onAppend =
  (log: EventLog, faults: Faults) =>
  (call: ServerReadableStream<AppendReq, AppendResp>, answer: sendUnaryData<AppendResp>): void => {
    let options: AppendReq.Options | undefined;
    const events: Array<ProposedEvent> = [];
    const commit = (): void => {
      if (options === undefined) {
        answer({ code: status.INVALID_ARGUMENT, details: 'no options' });
        return;
      }
      const stream = streamNameOf(options);
      const fault = faults.takeFor(stream);
      if (fault === 'refused') {
        answer(unavailable);
        return;
      }
      if (fault === 'request-lost') return;
      const expected = expectedOf(options);
      const decide = (): void => {
        const appended = log.append(stream, expected, events);
        if (fault === 'answer-lost') return;
        if (fault === 'broken') {
          answer(unavailable);
          return;
        }
        if (appended._tag === 'StreamDeleted') {
          answer(deleted(stream));
          return;
        }
        answer(null, appendMessage(appended, expected));
      };
      if (fault === 'slow') setTimeout(decide, SLOW_MS);
      else decide();
    };
    call.on('data', (message: AppendReq) => {
      if (message.hasOptions()) options = message.getOptions();
      const proposed = message.getProposedMessage();
      if (proposed !== undefined) events.push(proposedOf(proposed));
    });
    call.on('end', commit);
  };

const isBackwards = (options: ReadReq.Options): boolean =>
  options.getReadDirection() === streams.ReadReq.Options.ReadDirection.BACKWARDS;

const page = (
  events: ReadonlyArray<RecordedEvent>,
  options: ReadReq.Options,
  from: (event: RecordedEvent) => boolean,
) => {
  const ordered = isBackwards(options) ? [...events].reverse() : events;
  return ordered.filter(from).slice(0, Number(options.getCount()));
};

const readStream = (log: EventLog, call: ServerWritableStream<ReadReq, ReadResp>, options: ReadReq.Options): void => {
  const stream = options.getStream();
  const name = stream === undefined ? '' : streamNameOf(stream);
  if (log.isDeleted(name)) {
    call.emit('error', deleted(name));
    return;
  }
  const events = log.stream(name);
  if (events === undefined) call.write(notFoundMessage(name));
  else {
    const backwards = isBackwards(options);
    const at = stream?.hasRevision() ? BigInt(stream.getRevision()) : undefined;
    const from = ({ revision }: RecordedEvent): boolean =>
      at === undefined || (backwards ? revision <= at : revision >= at);
    for (const event of page(events, options, from)) call.write(eventMessage(event));
  }
  call.end();
};

const readAll = (log: EventLog, call: ServerWritableStream<ReadReq, ReadResp>, options: ReadReq.Options): void => {
  const all = options.getAll();
  const at = all?.hasPosition() ? BigInt(all.getPosition()?.getCommitPosition() ?? 0) : undefined;
  const backwards = isBackwards(options);
  const from = ({ position }: RecordedEvent): boolean =>
    at === undefined || (backwards ? position < at : position > at);
  for (const event of page(log.all(), options, from)) call.write(eventMessage(event));
  call.end();
};

const onRead =
  (log: EventLog, subscriptions: Subscriptions) =>
  (call: ServerWritableStream<ReadReq, ReadResp>): void => {
    const options = call.request.getOptions();
    if (options === undefined) return void call.end();
    if (options.hasSubscription()) {
      subscriptions.serve(call, options);
      return;
    }
    if (options.hasAll()) {
      readAll(log, call, options);
      return;
    }
    readStream(log, call, options);
  };

const onDelete =
  (work: (stream: string) => void) =>
  (call: { readonly request: DeleteReq }, answer: sendUnaryData<never>): void => {
    const options = call.request.getOptions();
    if (options !== undefined) work(streamNameOf(options));
    answer(null, new streams.DeleteResp() as never);
  };

const supported: handleUnaryCall<never, never> = (_, answer) => {
  const methods = new features.SupportedMethods();
  methods.setEventStoreServerVersion('24.10.0');
  const batch = new features.SupportedMethod();
  batch.setServiceName('event_store.client.streams.streams');
  batch.setMethodName('batchappend');
  methods.addMethods(batch);
  answer(null, methods as never);
};

const serverOf = (server: Pick<TestServer, 'log' | 'faults' | 'subscriptions'>, onBatch: () => void): Server => {
  const grpc = new Server({ 'grpc.max_receive_message_length': 17 * 1024 * 1024 });
  grpc.addService(streamsService.StreamsService, {
    read: onRead(server.log, server.subscriptions),
    append: onAppend(server.log, server.faults),
    delete: onDelete(server.log.softDelete),
    tombstone: onDelete(server.log.tombstone),
    batchAppend: (call: NodeJS.EventEmitter) => {
      onBatch();
      call.emit('error', { code: status.UNIMPLEMENTED, details: 'not modelled' });
    },
  });
  grpc.addService(featuresService.ServerFeaturesService, { getSupportedMethods: supported } as never);
  return grpc;
};

const listen = (grpc: Server, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    grpc.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });

export const startTestServer = async (port = 0): Promise<TestServer> => {
  const log = createEventLog();
  const parts = { log, faults: createFaults(), subscriptions: createSubscriptions(log) };
  let batches = 0;
  const make = (): Server => serverOf(parts, () => void (batches += 1));
  let grpc = make();
  const bound = await listen(grpc, port);
  return {
    ...parts,
    url: `esdb://127.0.0.1:${bound}?tls=false`,
    batchAppends: () => batches,
    stop: () => {
      grpc.forceShutdown();
      return Promise.resolve();
    },
    start: async () => {
      grpc = make();
      await listen(grpc, bound);
    },
  };
};
