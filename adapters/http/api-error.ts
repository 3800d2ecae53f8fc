import type { RequestError } from './request-error.js';

/** Whatever can keep a request from being done. */
export type ApiError = RequestError;
