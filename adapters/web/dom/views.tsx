import type { ComponentType } from 'preact';
import type { Place } from './place.js';
import { Attention } from './views/attention.js';
import { Clusters } from './views/clusters.js';
import { Hosts } from './views/hosts.js';
import { Images } from './views/images.js';
import { Proof } from './views/proof.js';

export interface View {
  readonly name: string;
  readonly title: string;
  /** `path`: what follows the view's own name. */
  readonly View: ComponentType<{ readonly path: ReadonlyArray<string> }>;
}

export const VIEWS: ReadonlyArray<View> = [
  { name: 'hosts', title: 'Hosts', View: Hosts },
  { name: 'clusters', title: 'Clusters', View: Clusters },
  { name: 'images', title: 'Images', View: Images },
  { name: 'attention', title: 'Attention', View: Attention },
  { name: 'proof', title: 'Proof', View: Proof },
];

const [FIRST] = VIEWS as readonly [View];

export const viewFor = ({ path: [name] }: Place): View => VIEWS.find((view) => view.name === name) ?? FIRST;
