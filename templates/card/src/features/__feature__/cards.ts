import type { CardContent, Turn } from '../../chat/contract';
import { lookUp } from '../../core/keys';
import { plainText } from '../../core/text';
import { footerTime } from '../../core/time/clock';
import type { FeatureDependencies } from '../contract';

/** What the card shows about a service. */
export function __camel__Card(
  { catalog, clock }: FeatureDependencies,
  turn: Turn,
  service: string,
): CardContent<'__feature__/__card__'> {
  const name = plainText(service);
  const environments = lookUp(catalog().services, service)?.environments ?? [];
  return {
    card: '__feature__/__card__',
    data: {
      kind: '__Kind__',
      title: name,
      summary: `__Kind__: ${name}`,
      sentence: `What to know about ${name}.`,
      facts: [{ title: 'Environments', value: plainText(environments.join(', ')) }],
      footer: `${footerTime(clock.now(), catalog().timeZone)} · ref ${turn.reference}`,
    },
  };
}
