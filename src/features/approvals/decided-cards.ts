import type { CardContent } from '../../chat/contract';
import type { Catalog } from '../../core/catalog';

/** Once decided, the card says the same to everybody: a thousand late clicks get the very same one, drawn once. */
export interface DecidedCards {
  /** The card of this approval, drawn anew when its words about time or people may have changed. */
  of(id: string, draw: () => Promise<CardContent>): Promise<CardContent>;
}

interface Drawn {
  readonly catalog: Catalog;
  readonly minute: number;
  readonly card: Promise<CardContent>;
}

const minuteMs = 60_000;
const maxKept = 50;

export function createDecidedCards(now: () => number, catalog: () => Catalog): DecidedCards {
  const kept = new Map<string, Drawn>();
  return {
    of(id, draw) {
      const minute = Math.floor(now() / minuteMs);
      const known = kept.get(id);
      if (known?.minute === minute && known.catalog === catalog()) return known.card;
      const card = draw();
      card.catch(() => kept.delete(id));
      kept.delete(id);
      kept.set(id, { catalog: catalog(), minute, card });
      if (kept.size > maxKept) kept.delete(kept.keys().next().value ?? '');
      return card;
    },
  };
}
