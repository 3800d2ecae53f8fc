/** One thing that was checked. `open`: nobody said by what it could be. */
export interface Step {
  readonly title: string;
  readonly outcome: 'proved' | 'failed' | 'open';
  readonly text: string;
  /** What this browser saw before contradicts what it is shown now. */
  readonly fork?: true;
}

export const proved = (title: string, text: string): Step => ({ title, outcome: 'proved', text });
export const failed = (title: string, text: string): Step => ({ title, outcome: 'failed', text });
export const open = (title: string, text: string): Step => ({ title, outcome: 'open', text });
export const forked = (title: string, text: string): Step => ({ title, outcome: 'failed', text, fork: true });
