import type { ComponentType } from 'preact';
import type { Place } from './place.js';
import { Hosts } from './views/hosts.js';
import { Proof } from './views/proof.js';

export interface View {
  readonly name: string;
  readonly title: string;
  /** `path`: what follows the view's own name. */
  readonly View: ComponentType<{ readonly path: ReadonlyArray<string> }>;
}

export const VIEWS: ReadonlyArray<View> = [
  { name: 'hosts', title: 'Hosts', View: Hosts },
  { name: 'proof', title: 'Proof', View: Proof },
];

const [FIRST] = VIEWS as readonly [View];

export const viewFor = ({ path: [name] }: Place): View => VIEWS.find((view) => view.name === name) ?? FIRST;
