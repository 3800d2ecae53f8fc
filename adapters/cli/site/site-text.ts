import { type Paint, printable, tableOf } from '../terminal.js';
import type { Outcome } from './carry-out.js';
import type { Change, Mark } from './change.js';

const MOST_OF_A_KIND = 25;

const painted = (paint: Paint, mark: Mark): string => {
  const colours: Partial<Record<Mark, (text: string) => string>> = {
    '+': paint.green,
    '~': paint.yellow,
    '-': paint.red,
    '!': paint.yellow,
  };
  return (colours[mark] ?? String)(mark);
};

const detailOf = ({ detail, secondPerson }: Change): string =>
  [detail, ...(secondPerson === true ? ['asked for: another person approves it first'] : [])]
    .filter((part) => part !== '')
    .join('; ');

/** A thousand hosts are one line more than a few. */
const shortened = (changes: ReadonlyArray<Change>): ReadonlyArray<readonly [Mark, string, string, string]> => {
  const groups = new Map<string, ReadonlyArray<Change>>();
  for (const change of changes) {
    const key = `${change.mark} ${change.kind}`;
    groups.set(key, [...(groups.get(key) ?? []), change]);
  }
  return [...groups.values()].flatMap((group) => {
    const lines = group
      .slice(0, MOST_OF_A_KIND)
      .map((change) => [change.mark, change.kind, printable(change.name), printable(detailOf(change))] as const);
    const [first] = group;
    const rest = group.length - lines.length;
    return first === undefined || rest === 0
      ? lines
      : [...lines, [first.mark, first.kind, `and ${String(rest)} more`, ''] as const];
  });
};

const count = (changes: ReadonlyArray<Change>, mark: Mark): number =>
  changes.filter((change) => change.mark === mark).length;

/** What applying would do. */
export const planText = (paint: Paint, changes: ReadonlyArray<Change>): string => {
  const lines = shortened(changes.filter(({ mark }) => mark !== '=' && mark !== '?'));
  const [same, stray] = [count(changes, '='), count(changes, '?')];
  const asked = changes.filter(({ secondPerson }) => secondPerson === true).length;
  const summary = (['+', '~', '-', '!'] as const).map((mark) => `${mark} ${String(count(changes, mark))}`).join('  ');
  return [
    ...(lines.length === 0
      ? ['Everything is as the file says.']
      : [
          tableOf(
            paint,
            ['', 'what', 'name', ''],
            lines.map(([mark, ...rest]) => [painted(paint, mark), ...rest]),
          ),
        ]),
    `${summary}  = ${String(same)}`,
    ...(asked === 0
      ? []
      : [`${String(asked)} need a second person: applying asks for them, and does them once they are approved.`]),
    ...(stray === 0 ? [] : [`${String(stray)} not in the file, left as they are; --prune REASON takes them away.`]),
  ].join('\n');
};

const tell = ({ change: { kind, name }, result, failure }: Outcome): string =>
  printable(`${result === 'waiting' ? 'waits' : 'refused'}: ${kind} ${name}: ${failure?.message ?? ''}`) +
  (failure?.advice === undefined ? '' : `\n  ${printable(failure.advice)}`);

export const outcomeText = (outcomes: ReadonlyArray<Outcome>): string => {
  const of = (result: Outcome['result']): ReadonlyArray<Outcome> => outcomes.filter((each) => each.result === result);
  const [finished, waiting, refused] = [of('done'), of('waiting'), of('refused')];
  return [
    ...[...waiting, ...refused].map(tell),
    `${String(finished.length)} done, ${String(waiting.length)} wait for a second person, ${String(refused.length)} refused.`,
  ].join('\n');
};
