import type { FieldFault } from '../../domain/encoding/explain.js';

/** One sentence for people; a field that broke each of several alternatives is named once. */
export const faultsText = (faults: ReadonlyArray<FieldFault>): string => {
  const rules = new Map<string, ReadonlyArray<string>>();
  for (const { field, rule } of faults) rules.set(field, [...(rules.get(field) ?? []), rule]);
  return [...rules].map(([field, broken]) => `${field} ${broken.join(', or ')}`).join('; ');
};
