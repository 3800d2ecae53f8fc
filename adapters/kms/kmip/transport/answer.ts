import { MOST_MESSAGE_BYTES } from '../messages/request.js';
import { RESPONSE_START } from '../messages/response.js';

const HEADER = 8;

/** One answer as its parts come in: never more memory than its header may ask for. */
export interface Answer {
  /** Which rule the answer breaks with this part; undefined for none. Keeps a copy. */
  readonly take: (part: Uint8Array) => string | undefined;
  /** Undefined while there is more to come. */
  readonly whole: () => Uint8Array | undefined;
  readonly erase: () => void;
}

const checkHeader = (header: DataView): string | undefined => {
  if (header.getUint32(0) !== RESPONSE_START) return 'must answer with a ResponseMessage';
  const length = header.getUint32(4);
  if (length % 8 !== 0) return 'must say a length that is a multiple of 8';
  return length + HEADER > MOST_MESSAGE_BYTES ? `must not send more than ${MOST_MESSAGE_BYTES} bytes` : undefined;
};

export const createAnswer = (): Answer => {
  const header = new Uint8Array(HEADER);
  const view = new DataView(header.buffer);
  let message: Uint8Array | undefined;
  let size = 0;

  const takeHeader = (part: Uint8Array): string | undefined => {
    const more = part.subarray(0, HEADER - size);
    header.set(more, size);
    size += more.length;
    if (size < HEADER) return undefined;
    const rule = checkHeader(view);
    if (rule !== undefined) return rule;
    message = new Uint8Array(HEADER + view.getUint32(4));
    message.set(header);
    return takeBody(part.subarray(more.length));
  };

  const takeBody = (part: Uint8Array): string | undefined => {
    if (message === undefined) return takeHeader(part);
    if (part.length > message.length - size) return 'must not send more than its answer';
    message.set(part, size);
    size += part.length;
    return undefined;
  };

  return {
    take: takeBody,
    whole: () => (size === message?.length ? message : undefined),
    erase: () => {
      message?.fill(0);
    },
  };
};
