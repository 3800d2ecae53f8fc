/** Which of many are somewhere in these bytes, in one pass over them. Each needle has at least four bytes. */
export const needlesIn = (
  haystack: Uint8Array,
  needles: ReadonlyMap<string, Uint8Array>,
  found: Set<string>,
): ReadonlySet<string> => {
  const begins = new Uint8Array(1 << 16);
  const byBegin = new Map<number, Array<readonly [string, Uint8Array]>>();
  for (const entry of needles) {
    const [, [a = 0, b = 0]] = entry;
    const begin = a | (b << 8);
    begins[begin] = 1;
    byBegin.set(begin, [...(byBegin.get(begin) ?? []), entry]);
  }
  for (let i = 0; i + 1 < haystack.length; i++) {
    const begin = (haystack[i] ?? 0) | ((haystack[i + 1] ?? 0) << 8);
    if (begins[begin] === 0) continue;
    for (const [name, needle] of byBegin.get(begin) ?? [])
      if (!found.has(name) && needle.every((byte, at) => haystack[i + at] === byte)) found.add(name);
  }
  return found;
};
