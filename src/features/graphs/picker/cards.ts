import type { CardContent, Turn } from '../../../chat/contract';
import { capitalize, cleanText } from '../../../core/text';
import type { FeatureDependencies } from '../../contract';
import { environmentsByWeight } from '../../health';
import type { Offer } from '../facts';
import { usualPeriodsMs } from '../parse';
import { describePeriod } from '../text';

/** The form that asks which graph: everything that its reader can see. Pure. */

/** What is known of the graph already; the form shows it as chosen. */
export interface Chosen {
  readonly service: string | undefined;
  readonly environment: string | undefined;
  readonly metric: string | undefined;
  readonly overMs: number;
}

type Form = CardContent<'chat/choose'>['data'];
type Choice = Form['inputs'][number]['choices'][number];

/** A card has room for so many, with the longest names. People type the names of others. */
const maxServices = 80;
const maxMetrics = 40;

/** Completes the line `graph show` with what is chosen. `sentence`: why it asks. */
export function pickerCard(
  { catalog }: Pick<FeatureDependencies, 'catalog'>,
  turn: Pick<Turn, 'person' | 'reference'>,
  { sentence, offers, chosen }: { sentence: string; offers: readonly Offer[]; chosen: Chosen },
): CardContent<'chat/choose'> {
  const services = unique(offers.map(({ target }) => target.service)).slice(0, maxServices);
  const there = environmentsByWeight(catalog()).filter((each) =>
    offers.some(({ target }) => target.environment === each),
  );
  const metrics = metricChoices(offers).slice(0, maxMetrics);
  return {
    card: 'chat/choose',
    data: {
      kind: 'Graph',
      title: 'Which graph?',
      summary: 'Which graph?',
      sentence,
      inputs: [
        field(
          'service',
          'Service',
          services.map(plainChoice),
          chosen.service ?? (services.length === 1 ? services[0] : ''),
        ),
        field('metric', 'Metric', metrics, chosen.metric),
        {
          ...field('environment', 'Environment (optional)', there.map(plainChoice), chosen.environment),
          required: false,
        },
        { ...field('period', 'Period', periodChoices(chosen.overMs), periodValue(chosen.overMs)), required: false },
      ],
      button: 'Show graph',
      id: 'graph show',
      by: turn.person.id,
      help: 'help graph show',
      footer: `Or type it: graph p95 of ${cleanText(services[0] ?? 'shop', 40)} last 3h · ref\u00A0${turn.reference}`,
    },
  };
}

function field(name: string, label: string, choices: Choice[], value = ''): Form['inputs'][number] {
  const noun = name === 'environment' ? 'an environment' : `a ${name}`;
  return {
    name: `chosen-${name}`,
    ...{ label, choices, value },
    ...{ required: true, error: `Choose ${noun}`, placeholder: `Choose ${noun}`, picker: false },
  };
}

/** Each name once, with the services that have it unless most of them do. */
function metricChoices(offers: readonly Offer[]): Choice[] {
  const services = unique(offers.map(({ target }) => target.service));
  return unique(offers.map(({ metric }) => metric.name)).map((name) => {
    const having = unique(offers.filter(({ metric }) => metric.name === name).map(({ target }) => target.service));
    const isEverywhere = having.length === services.length || having.length > 2;
    return { title: cleanText(`${name}${isEverywhere ? '' : ` (${having.join(', ')})`}`, 80), value: name };
  });
}

/** The usual periods, and the one that was typed. */
function periodChoices(overMs: number): Choice[] {
  const all = [...new Set<number>([...usualPeriodsMs, overMs])].sort((one, other) => one - other);
  return all.map((each) => ({ title: capitalize(describePeriod(each)), value: periodValue(each) }));
}

const periodValue = (overMs: number): string => `${Math.round(overMs / 60_000)}min`;
const plainChoice = (name: string): Choice => ({ title: name, value: name });
const unique = (names: readonly string[]): string[] => [...new Set(names)];
