/** One line of the table. A budget or a peer's value makes a ratio of it; without either it only informs. */
export interface Figure {
  readonly name: string;
  readonly measured: number;
  readonly unit: string;
  readonly atLeast?: number;
  readonly atMost?: number;
  /** The same work by another program in the same run, by turns with ours. Ours has to be at least as much. */
  readonly peer?: { readonly name: string; readonly value: number };
  readonly note?: string;
}

/** Above 1 is better than asked for, whichever way the figure goes. */
export const ratioOf = ({ measured, atLeast, atMost, peer }: Figure): number | undefined => {
  const asked = atLeast ?? peer?.value;
  if (asked !== undefined) return measured / asked;
  if (atMost === undefined) return undefined;
  return measured <= atMost ? Math.max(1, atMost / (measured || 1)) : atMost / measured;
};

export const isUnder = (figure: Figure): boolean => (ratioOf(figure) ?? 1) < 1;

/** What a group of figures is measured with. */
export interface BenchOptions {
  /** The sizes of the budgets instead of those that fit into a few minutes. */
  readonly large: boolean;
  /** Says what is going on, on standard error. */
  readonly say: (text: string) => void;
}

export interface BenchGroup {
  readonly name: string;
  readonly what: string;
  readonly run: (options: BenchOptions) => Promise<ReadonlyArray<Figure>>;
}
