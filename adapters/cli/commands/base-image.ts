import type { AddCommand } from '../action.js';
import { addFromEvidence } from './base-image-from-evidence.js';

export const baseImageCommand: AddCommand = (parent, cli) => {
  const group = parent.command('base-image').description('say what may boot: make, propose, approve and withdraw images');
  addFromEvidence(group, cli);
};
