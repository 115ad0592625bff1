import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';

/** `npm run cards`: writes `cards/types.d.ts`, the data of each card according to its samples. */

export const typesFile = join(__dirname, 'types.d.ts');

/** The values at one place in the samples. */
interface Shape {
  /** `string`, `number`, `boolean` or `null`. */
  readonly primitives: Set<string>;
  objects: number;
  readonly fields: Map<string, { shape: Shape; seen: number }>;
  items: Shape | undefined;
}

/**
 * The text of `cards/types.d.ts`, always the same for the same samples. A field that is missing in some sample is optional; differing values become a union.
 */
export async function makeTypes(): Promise<string> {
  const shapes = new Map<string, Shape>();
  for (const { card, path } of sampleFiles()) {
    const shape = shapes.get(card) ?? emptyShape();
    addValue(shape, JSON.parse(readFileSync(join(__dirname, path), 'utf8')));
    shapes.set(card, shape);
  }
  const cards = [...shapes].map(([card, shape]) => `'${card}': ${typeOf(shape)};`);
  const text = `// Written by \`npm run cards\` from the samples of each card: change those instead.

/** The data that each card shows, by the name of the card. */
export interface Cards {
${cards.join('\n')}
}
`;
  return format(text, { ...(await resolveConfig(typesFile)), parser: 'typescript' });
}

/** The first sample of each card before its other states. */
function sampleFiles(): { card: string; path: string }[] {
  return readdirSync(__dirname, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.sample.json'))
    .map((path) => ({ card: path.slice(0, path.indexOf('.')), path: path.replace(/\.sample\.json$/, '') }))
    .sort((one, other) => (one.path < other.path ? -1 : 1))
    .map(({ card, path }) => ({ card, path: `${path}.sample.json` }));
}

function emptyShape(): Shape {
  return { primitives: new Set(), objects: 0, fields: new Map(), items: undefined };
}

function addValue(shape: Shape, value: unknown): void {
  if (value === null || typeof value !== 'object') {
    shape.primitives.add(value === null ? 'null' : typeof value);
    return;
  }
  if (Array.isArray(value)) {
    const items = (shape.items ??= emptyShape());
    for (const item of value) addValue(items, item);
    return;
  }
  shape.objects++;
  for (const [name, item] of Object.entries(value)) {
    const field = shape.fields.get(name) ?? { shape: emptyShape(), seen: 0 };
    field.seen++;
    addValue(field.shape, item);
    shape.fields.set(name, field);
  }
}

/** `never` for the items of a list that is empty in every sample. */
function typeOf(shape: Shape): string {
  const { primitives, objects, fields, items } = shape;
  const members = [...fields].map(
    ([name, { shape: field, seen }]) =>
      `readonly ${JSON.stringify(name)}${seen < objects ? '?' : ''}: ${typeOf(field)};`,
  );
  const types = [
    ...[...primitives].sort(),
    ...(objects > 0 ? [`{ ${members.join(' ')} }`] : []),
    ...(items ? [`readonly (${typeOf(items)})[]`] : []),
  ];
  return types.join(' | ') || 'never';
}

if (require.main === module)
  void makeTypes().then((text) => {
    writeFileSync(typesFile, text);
    console.log('cards/types.d.ts is current.');
  });
