import type { CardContent, Turn } from '../../chat/contract';
import { bandState, noState } from '../../core/card';
import { cleanText, plainText, plural } from '../../core/text';
import { footerTime } from '../../core/time/clock';
import { drawList } from '../contract';
import type { FeatureDependencies } from '../contract';
import type { PlaceReport, UnboundPlace } from './facts';
import { describePlaces, linesToAdd } from './text';

/** The environments that the catalog doesn’t have, and the lines that add one. */

const maxRows = 15;
const lineLength = 1_000;

type CardDependencies = Pick<FeatureDependencies, 'catalog' | 'clock'>;

export function placesCard(
  deps: CardDependencies,
  turn: Pick<Turn, 'reference'>,
  report: PlaceReport,
): CardContent<'policy/list'> {
  const { places, silent, readAt } = report;
  const title = 'Environments not in the catalog';
  return drawList(
    deps,
    turn,
    {
      kind: 'Environments',
      state:
        places.length > 0
          ? { ...bandState('waiting'), word: `${places.length} found` }
          : silent.length > 0
            ? bandState('unknown')
            : noState,
      title,
      summary: `${title}: ${plural(places.length, 'one', 'environments')}`.slice(0, 60),
      sentence: describePlaces(report),
      most: maxRows,
      rows: places.map(({ id, name, service, environment, system }) => ({
        ...{
          name: cleanText(environment, 60),
          words: `${cleanText(service, 60)} · ${cleanText(name, 120)} · ${cleanText(system, 40)}`,
        },
        ...{ action: `Show the lines for ${cleanText(environment, 60)}`, verb: 'environments.lines', id },
      })),
      actions: [{ title: 'Refresh list', verb: 'environments.view', id: 'environments' }],
    },
    readAt,
  );
}

/** What the catalog has to say for this one. */
export function linesCard(
  { catalog }: Pick<FeatureDependencies, 'catalog'>,
  { reference }: Pick<Turn, 'reference'>,
  place: UnboundPlace,
  readAt: number,
): CardContent<'environments/lines'> {
  const { timeZone } = catalog();
  return {
    card: 'environments/lines',
    data: {
      kind: 'Environments',
      title: plainText(place.name, 120),
      summary: `Lines to add for ${cleanText(place.environment, 36)}`,
      sentence:
        '**Add these lines to the catalog,** and check who approves what there. If it already has the service, merge them into it.',
      lines: linesToAdd(catalog(), place).map((line) => ({ line: cleanText(line, lineLength) })),
      footer: `${plainText(place.system, 40)} · ${footerTime(readAt, timeZone)} · ref\u00A0${reference}`,
    },
  };
}
