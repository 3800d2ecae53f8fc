import type { ApiError } from './api-error.js';
import { MOST_BODY_BYTES } from './json-body.js';

const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';

/** What the framework refused by itself, in our words. */
export const apiErrorOf = (error: unknown): ApiError => {
  switch (codeOf(error)) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return { _tag: 'BodyTooLarge', limit: MOST_BODY_BYTES };
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
    case 'FST_ERR_CTP_INVALID_TYPE':
      return { _tag: 'UnsupportedMediaType' };
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return { _tag: 'RequestMalformed', rule: 'must be as long as its Content-Length says' };
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
      return { _tag: 'BodyMissing' };
    case 'FST_ERR_BAD_URL':
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return { _tag: 'RequestMalformed', rule: 'must have a path that can be decoded and is not too long' };
    case 'FST_ERR_REOPENED_CLOSE_SERVER':
      return { _tag: 'Closing' };
    default:
      return { _tag: 'Unexpected' };
  }
};
