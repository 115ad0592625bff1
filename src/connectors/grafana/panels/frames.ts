import { lookUp } from '../../../core/keys';
import { cleanText } from '../../../core/text';
import { maxPoints } from '../../figures/points';
import type { MeasuredLine } from '../../figures/points';
import type { Field, Frame } from './schema';

/** From the tables of Grafana's answers to lines of numbers. Pure. */

type Point = MeasuredLine['points'][number];

interface Column {
  readonly field: Field;
  readonly values: readonly unknown[];
}

/** The lines between two moments: one for each column of numbers that has times beside it, and for each of its texts. */
export function linesIn(frames: readonly Frame[], fromMs: number, toMs: number): MeasuredLine[] {
  const telling = tellingLabels(frames);
  return frames.flatMap((frame) => {
    const columns = columnsOf(frame);
    const times = columns.find(({ field }) => field.type === 'time');
    if (!times) return [];
    const texts = columns.filter(({ field }) => field.type === 'string');
    const numbers = columns.filter(({ field }) => field.type === 'number');
    return numbers.flatMap((column) =>
      rowsByText(times, texts).map(({ name, rows }) => ({
        name: cleanText([name, nameOf(column.field, telling)].filter((each) => each !== '').join(' '), 100),
        points: thin(pointsOf(times, column, rows), fromMs, toMs),
      })),
    );
  });
}

function columnsOf({ schema, data }: Frame): Column[] {
  const values = data?.values ?? [];
  return (schema?.fields ?? []).map((field, index) => ({ field, values: values[index] ?? [] }));
}

/** Rows of a table that have texts beside their numbers are several lines. */
function rowsByText(times: Column, texts: readonly Column[]): { readonly name: string; readonly rows: number[] }[] {
  const groups = new Map<string, number[]>();
  times.values.forEach((_, row) => {
    const name = texts.map(({ values }) => String(values[row] ?? '')).join(' ');
    const rows = groups.get(name) ?? [];
    groups.set(name, rows);
    rows.push(row);
  });
  return [...groups].map(([name, rows]) => ({ name, rows }));
}

function pointsOf(times: Column, numbers: Column, rows: readonly number[]): Point[] {
  return rows
    .flatMap((row): Point[] => {
      const [at, value] = [times.values[row], numbers.values[row]];
      return typeof at === 'number' ? [{ at, value: typeof value === 'number' ? value : undefined }] : [];
    })
    .sort((one, other) => one.at - other.at);
}

/** Not every data source keeps to the number of points that it's asked for. */
function thin(points: readonly Point[], fromMs: number, toMs: number): Point[] {
  if (points.length <= maxPoints) return [...points];
  const stepMs = Math.max(1, (toMs - fromMs) / maxPoints);
  const sums = new Map<number, { sum: number; count: number }>();
  for (const { at, value } of points) {
    const place = Math.min(maxPoints - 1, Math.max(0, Math.floor((at - fromMs) / stepMs)));
    const { sum, count } = sums.get(place) ?? { sum: 0, count: 0 };
    sums.set(place, value === undefined ? { sum, count } : { sum: sum + value, count: count + 1 });
  }
  return [...sums]
    .sort(([one], [other]) => one - other)
    .map(([place, { sum, count }]) => ({
      at: Math.round(fromMs + place * stepMs),
      value: count === 0 ? undefined : sum / count,
    }));
}

/** The labels in which the columns of numbers differ. */
function tellingLabels(frames: readonly Frame[]): string[] {
  const labels = frames.flatMap(({ schema }) =>
    (schema?.fields ?? []).flatMap((field) => (field.type === 'number' ? [field.labels ?? {}] : [])),
  );
  const names = new Set(labels.flatMap((each) => Object.keys(each)));
  return [...names].filter((name) => new Set(labels.map((each) => lookUp(each, name))).size > 1).sort();
}

/** As Grafana's legend calls it, if its data source says so. */
function nameOf({ name, labels, config }: Field, telling: readonly string[]): string {
  const given = config?.displayNameFromDS ?? config?.displayName ?? '';
  if (given !== '') return given;
  const parts = telling.flatMap((label) => {
    const value = lookUp(labels ?? undefined, label);
    if (value === undefined) return [];
    return [telling.length === 1 ? value : `${label}=${value}`];
  });
  return parts.length > 0 ? parts.join(', ') : name;
}
