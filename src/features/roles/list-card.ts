import type { CardContent, Reply, Turn } from '../../chat/contract';
import { bandState } from '../../core/card/status';
import { cleanText } from '../../core/text';
import { footerTime } from '../../core/time/words';
import type { FeatureDependencies } from '../contract';

/** Rights and roles as a list. */

export interface Row {
  readonly name: string;
  readonly words: string;
  readonly when: string;
}

const maxRows = 20;

export function listOf(
  { catalog, clock }: FeatureDependencies,
  turn: Turn,
  list: {
    readonly kind: string;
    readonly title: string;
    readonly sentence: string;
    readonly rows: readonly Row[];
    readonly actions?: readonly { readonly title: string; readonly verb: string; readonly id: string }[];
  },
): CardContent {
  const { kind, title, sentence, rows, actions = [] } = list;
  return {
    card: 'policy/list',
    data: {
      kind,
      state: {
        ...bandState('done'),
        word: rows.length === 0 ? 'None' : `${rows.length}`,
        glyph: '•',
        tone: 'emphasis',
      },
      title,
      summary: `${kind}: ${title}`,
      sentence,
      rows: rows.slice(0, maxRows).map(({ name, words, when }) => ({
        glyph: '•',
        color: 'Default',
        name: cleanText(name, 60),
        words: cleanText(words, 300),
        when,
      })),
      more: rows.length > maxRows ? `and ${rows.length - maxRows} more` : '',
      actions,
      footer: `${footerTime(clock.now(), catalog().timeZone)} · ref ${turn.reference}`,
    },
  };
}

/** What concerns one person only goes to them, and not before a whole channel. */
export async function justFor({ outbox }: FeatureDependencies, turn: Turn, card: CardContent): Promise<Reply> {
  if (turn.trigger !== 'typed' || turn.place.kind === 'personal') return card;
  await outbox.put({
    key: `roles:shown:${turn.correlationId}`,
    destination: { to: 'person', personId: turn.person.id },
    content: card,
    revision: 1,
    final: true,
  });
  return { notice: 'That is just for you: I have sent it to our personal chat.' };
}
