import shared from '@eventstore/db-client/generated/shared_pb.js';
import streams, { type AppendReq, type ReadReq, type ReadResp } from '@eventstore/db-client/generated/streams_pb.js';
import type { Expected } from './check-commit.js';
import type { Appended, ProposedEvent, RecordedEvent } from './log.js';

/** The server's side of the wire: requests into values, values into answers. */

export const streamNameOf = (message: {
  getStreamIdentifier: () => { getStreamName_asU8: () => Uint8Array } | undefined;
}): string => Buffer.from(message.getStreamIdentifier()?.getStreamName_asU8() ?? []).toString('utf8');

export const expectedOf = (options: {
  hasAny: () => boolean;
  hasNoStream: () => boolean;
  hasStreamExists: () => boolean;
  getRevision: () => string;
}): Expected => {
  if (options.hasAny()) return 'any';
  if (options.hasNoStream()) return 'no_stream';
  return options.hasStreamExists() ? 'stream_exists' : BigInt(options.getRevision());
};

export const proposedOf = (message: AppendReq.ProposedMessage): ProposedEvent => ({
  id: message.getId()?.getString() ?? '',
  type: message.getMetadataMap().get('type') ?? '',
  contentType: message.getMetadataMap().get('content-type') ?? '',
  data: message.getData_asU8(),
  metadata: message.getCustomMetadata_asU8(),
});

const identifier = (stream: string) => {
  const named = new shared.StreamIdentifier();
  named.setStreamName(Buffer.from(stream).toString('base64'));
  return named;
};

const TICKS_OF_2026 = '639000000000000000';

export const eventMessage = (event: RecordedEvent): ReadResp => {
  const recorded = new streams.ReadResp.ReadEvent.RecordedEvent();
  const id = new shared.UUID();
  id.setString(event.id);
  recorded.setId(id);
  recorded.setStreamIdentifier(identifier(event.stream));
  recorded.setStreamRevision(event.revision.toString());
  recorded.setCommitPosition(event.position.toString());
  recorded.setPreparePosition(event.position.toString());
  recorded.getMetadataMap().set('type', event.type);
  recorded.getMetadataMap().set('content-type', event.contentType);
  recorded.getMetadataMap().set('created', TICKS_OF_2026);
  recorded.setData(event.data);
  recorded.setCustomMetadata(event.metadata);
  const read = new streams.ReadResp.ReadEvent();
  read.setEvent(recorded);
  read.setCommitPosition(event.position.toString());
  const message = new streams.ReadResp();
  message.setEvent(read);
  return message;
};

export const notFoundMessage = (stream: string): ReadResp => {
  const missing = new streams.ReadResp.StreamNotFound();
  missing.setStreamIdentifier(identifier(stream));
  const message = new streams.ReadResp();
  message.setStreamNotFound(missing);
  return message;
};

export const confirmationMessage = (id: string): ReadResp => {
  const confirmation = new streams.ReadResp.SubscriptionConfirmation();
  confirmation.setSubscriptionId(id);
  const message = new streams.ReadResp();
  message.setConfirmation(confirmation);
  return message;
};

export const checkpointMessage = (position: bigint): ReadResp => {
  const checkpoint = new streams.ReadResp.Checkpoint();
  checkpoint.setCommitPosition(position.toString());
  checkpoint.setPreparePosition(position.toString());
  const message = new streams.ReadResp();
  message.setCheckpoint(checkpoint);
  return message;
};

export const appendMessage = (appended: Exclude<Appended, { _tag: 'StreamDeleted' }>, expected: Expected) => {
  const message = new streams.AppendResp();
  if (appended._tag === 'Written') {
    const success = new streams.AppendResp.Success();
    success.setCurrentRevision(appended.revision.toString());
    const position = new streams.AppendResp.Position();
    position.setCommitPosition(appended.position.toString());
    position.setPreparePosition(appended.position.toString());
    success.setPosition(position);
    message.setSuccess(success);
    return message;
  }
  const wrong = new streams.AppendResp.WrongExpectedVersion();
  if (appended.current < 0n) wrong.setCurrentNoStream(new shared.Empty());
  else wrong.setCurrentRevision(appended.current.toString());
  if (typeof expected === 'bigint') wrong.setExpectedRevision(expected.toString());
  else if (expected === 'no_stream') wrong.setExpectedNoStream(new shared.Empty());
  else wrong.setExpectedAny(new shared.Empty());
  message.setWrongExpectedVersion(wrong);
  return message;
};

export interface Filter {
  readonly accepts: (stream: string) => boolean;
}

export const filterOf = (options: ReadReq.Options): Filter => {
  const prefixes = options.getFilter()?.getStreamIdentifier()?.getPrefixList() ?? [];
  return {
    accepts: (stream) => prefixes.length === 0 || prefixes.some((prefix) => stream.startsWith(prefix)),
  };
};
