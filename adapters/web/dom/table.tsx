import type { ComponentChildren, JSX } from 'preact';

export interface Column<A> {
  readonly title: string;
  readonly cell: (row: A) => ComponentChildren;
}

/** Rows of one kind. The first column says what a row is about. `none`: what is said where there are no rows. */
export const Table = <A,>({
  caption,
  rows,
  keyOf,
  columns: [first, ...columns],
  none,
}: {
  readonly caption: string;
  readonly rows: ReadonlyArray<A>;
  readonly keyOf: (row: A) => string;
  readonly columns: readonly [Column<A>, ...ReadonlyArray<Column<A>>];
  readonly none: string;
}): JSX.Element =>
  rows.length === 0 ? (
    <p class="empty">{none}</p>
  ) : (
    <table class="rows">
      <caption class="hidden">{caption}</caption>
      <thead>
        <tr>
          {[first, ...columns].map(({ title }) => (
            <th key={title} scope="col">
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={keyOf(row)}>
            <th scope="row">{first.cell(row)}</th>
            {columns.map(({ title, cell }) => (
              <td key={title} data-label={title}>
                {cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
