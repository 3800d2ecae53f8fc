/** One blob at most: twice what an evidence document may be. */
export const MOST_BLOB_BYTES = 2 * 1024 * 1024;
