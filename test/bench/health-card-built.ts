/** `cards/health/fleet.json` built by hand: the fastest way, but only a programmer could restyle it. */
import { keepPartsWhole } from '../../src/core/text';

interface Cell {
  readonly id: string;
  readonly there: boolean;
  readonly glyph: string;
  readonly word: string;
  readonly color: string;
  readonly weight: string;
  readonly quiet: boolean;
  readonly detail: string;
  readonly title: string;
}

export interface FleetData {
  readonly id: string;
  readonly kind: string;
  readonly state: { readonly glyph: string; readonly word: string; readonly tone: string };
  readonly title: string;
  readonly summary: string;
  readonly sentence: string;
  readonly heads: readonly { readonly title: string }[];
  readonly rows: readonly { readonly service: string; readonly cells: readonly Cell[] }[];
  readonly rowsMore: string;
  readonly worst: { readonly shown: boolean; readonly id: string; readonly button: string };
  readonly footer: string;
}

type Element = Record<string, unknown>;

const text = (words: string, more: Element = {}): Element => ({ type: 'TextBlock', text: words, wrap: true, ...more });
const small = { size: 'Small', isSubtle: true };
const action = (title: string, verb: string, id: string): Element => ({
  type: 'Action.Execute',
  title,
  verb,
  data: { id },
});

export function buildFleet(data: FleetData): Element {
  return {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.5',
    fallbackText: data.summary,
    msteams: { width: 'Full' },
    body: [
      band(data),
      text(data.sentence, { spacing: 'Medium' }),
      ...fleet(data),
      ...(data.rowsMore === '' ? [] : [text(data.rowsMore, { ...small, spacing: 'Small' })]),
      { type: 'ActionSet', actions: actions(data), spacing: 'Medium' },
      text(keepPartsWhole(data.footer), { ...small, spacing: 'Medium' }),
    ],
  };
}

function band({ kind, state, title }: FleetData): Element {
  const column = (width: string, item: Element): Element => ({
    type: 'Column',
    width,
    verticalContentAlignment: 'Center',
    items: [item],
  });
  const word = text(`${state.glyph}\u00A0${state.word}`, { weight: 'Bolder', horizontalAlignment: 'Right' });
  return {
    type: 'Container',
    style: state.tone,
    bleed: true,
    items: [
      { type: 'ColumnSet', columns: [column('stretch', text(kind, small)), column('auto', word)] },
      text(title, { size: 'Large', weight: 'Bolder', style: 'heading', spacing: 'None' }),
    ],
  };
}

function fleet({ heads, rows }: FleetData): Element[] {
  const column = (items: readonly Element[], more: Element = {}): Element => ({
    type: 'Column',
    width: 'stretch',
    items,
    ...more,
  });
  const titles = heads.map(({ title }) => column([text(title, small)]));
  return [
    { type: 'ColumnSet', spacing: 'Medium', columns: titles },
    ...rows.map(({ service, cells }) => ({
      type: 'Container',
      spacing: 'Small',
      items: [
        text(service, { weight: 'Bolder' }),
        {
          type: 'ColumnSet',
          spacing: 'None',
          columns: cells.map((cell) => column(itemsOf(cell), { selectAction: selectActionOf(cell) })),
        },
      ],
    })),
  ];
}

function itemsOf({ there, glyph, word, color, weight, quiet, detail }: Cell): Element[] {
  const run = (words: string, more: Element): Element => ({ type: 'TextRun', text: words, ...more });
  const inlines = [
    run(`${glyph}\u00A0`, { color, weight: 'Bolder' }),
    ...(word === '' ? [] : [run(word, { weight, isSubtle: quiet })]),
    ...(there ? [run('\u00A0›', { isSubtle: true })] : []),
  ];
  return [{ type: 'RichTextBlock', inlines }, text(detail, { ...small, spacing: 'None' })];
}

const selectActionOf = ({ there, title, id }: Cell): Element | null =>
  there ? action(title, 'health.open', id) : null;

function actions({ id, worst }: FleetData): Element[] {
  return [
    ...(worst.shown ? [action(worst.button, 'health.open', worst.id)] : []),
    action('Refresh', 'health.fleet', id),
    {
      type: 'Action.Submit',
      title: 'Show a service…',
      data: { msteams: { type: 'task/fetch' }, verb: 'health.open', id },
    },
  ];
}
