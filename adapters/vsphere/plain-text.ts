const CONTROL = /[\u0000-\u001f\u007f]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** A server's words as an event can hold them: no control characters, no halves of characters, an end, never empty. */
export const plainText = (text: string, most: number): string => {
  const clean = text
    .replace(CONTROL, ' ')
    .trim()
    .slice(0, most)
    .replace(/[\ud800-\udbff]$/, '')
    .trim();
  return clean === '' ? 'unnamed' : clean;
};
