import Table from 'cli-table3';
import { type Figure, isUnder, ratioOf } from './figure.js';

const number = (value: number): string =>
  value >= 100 ? Math.round(value).toLocaleString('en-US') : String(Number(value.toPrecision(3)));

const asked = ({ atLeast, atMost, peer }: Figure): string => {
  if (atLeast !== undefined) return `>= ${number(atLeast)}`;
  if (atMost !== undefined) return `<= ${number(atMost)}`;
  return peer === undefined ? '' : `${peer.name} ${number(peer.value)}`;
};

const outcome = (figure: Figure): string => {
  if (ratioOf(figure) === undefined) return '';
  return isUnder(figure) ? 'under' : 'ok';
};

/** The figures of a group, one line each. */
export const tableOf = (figures: ReadonlyArray<Figure>): string => {
  const table = new Table({
    head: ['figure', 'measured', 'budget or peer', 'ratio', ''],
    colAligns: ['left', 'right', 'right', 'right', 'left'],
    style: { head: [], border: [] },
  });
  table.push(
    ...figures.map((figure) => [
      figure.note === undefined ? figure.name : `${figure.name}\n  ${figure.note}`,
      `${number(figure.measured)} ${figure.unit}`,
      asked(figure),
      ratioOf(figure)?.toFixed(2) ?? '',
      outcome(figure),
    ]),
  );
  return table.toString();
};
