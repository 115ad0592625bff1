import { cannotSee } from '../../../core/catalog/refusals';
import { may } from '../../../core/catalog/rights';
import { cleanText } from '../../../core/text';
import type { FeatureDependencies } from '../../contract';
import type { TroubleSource } from '../../tickets';
import { alertLabel, openSignals } from '../record';
import type { Alert } from '../record';
import type { AlertStore } from '../store';
import { sourceTitle, titleOf } from '../text';
import type { Titles } from '../text';

/** Alerts, for the tickets about them. */

/** Every alert, also one that is over: its cause may remain. */
export function alertTroubles(
  { catalog, systems }: Pick<FeatureDependencies, 'catalog' | 'systems'>,
  alerts: Pick<AlertStore, 'find' | 'apply'>,
  cardKey: (id: string) => string,
): TroubleSource {
  return {
    async find(idOrLabel, personId) {
      const found = await alerts.find(idOrLabel);
      if (!found) return undefined;
      const { id, value } = found;
      const { service, environment } = value;
      if (!may(catalog(), personId, 'view', { service, environment }))
        throw cannotSee(catalog(), { service, environment });
      return {
        ...{ id, label: alertLabel(value), service, environment },
        title: titleOf(value, systems),
        description: describeTrouble(value, systems),
        messageKey: cardKey(id),
        pages: pagesOf(value, systems),
      };
    },
    redraw: async (id) => void (await alerts.apply(id, { type: 'redraw' })),
  };
}

const firstSignal = (alert: Alert) => openSignals(alert)[0] ?? alert.signals[0];

function describeTrouble(alert: Alert, systems: Titles): string {
  const signal = firstSignal(alert);
  const summary = cleanText(signal?.alert.summary ?? '', 300);
  const source = signal ? ` from ${cleanText(systems.titleOf(signal.connection), 40)}` : '';
  return [...(summary === '' ? [] : [summary]), `Alert ${alertLabel(alert)}, ${alert.severity},${source}`].join('\n');
}

function pagesOf(alert: Alert, systems: Titles) {
  const signal = firstSignal(alert);
  const url = signal?.alert.url;
  return signal && url !== undefined ? [{ text: sourceTitle(systems, signal.connection), url }] : [];
}
