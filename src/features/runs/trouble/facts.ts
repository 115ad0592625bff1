import type { Target } from '../../../core/catalog/rights';
import type { Catalog } from '../../../core/catalog';
import { lookUp } from '../../../core/keys';
import { cleanText } from '../../../core/text';
import type { FeatureDependencies } from '../../contract';
import { noTicket } from '../../tickets';
import type { ShownTicket, TicketLinks, TroubleSource } from '../../tickets';
import type { PipelineRun } from '../contract';
import type { RunStore } from '../effects';
import { maySee } from '../facts';
import { runLabel, titleOf } from '../text';

/** Runs that failed, for the tickets about them. */

type Catalogs = Pick<FeatureDependencies, 'catalog'>;

/** What the card of a run shows of its ticket; nothing unless it failed and concerns a service of the catalog. */
export async function showRunTicket(
  { catalog }: Catalogs,
  tickets: Pick<TicketLinks, 'showOn'>,
  id: string,
  run: PipelineRun,
  viewer: string | undefined,
): Promise<ShownTicket> {
  const place = run.state === 'failed' ? serviceOf(catalog(), run) : undefined;
  return place ? tickets.showOn({ kind: 'run', id }, place, viewer) : noTicket;
}

/**
 * The service that a run concerns: the one that its parameter `service` names, or else the only one whose name is a part of the pipeline’s name. Its
 * parameter `environment` says where; otherwise, it's the first environment. Undefined if nothing tells.
 */
function serviceOf({ services }: Pick<Catalog, 'services'>, { values, pipeline }: PipelineRun): Target | undefined {
  const word = (name: string): string | undefined => {
    const value = lookUp(values, name);
    return typeof value === 'string' ? value : undefined;
  };
  const parts = pipeline.split(/[/:]/);
  const named = Object.keys(services).filter((service) => parts.includes(service));
  const service = lookUp(services, word('service')) ? word('service') : named.length === 1 ? named[0] : undefined;
  const { environments = [] } = lookUp(services, service) ?? {};
  const environment = environments.find((each) => each === word('environment')) ?? environments[0];
  return service === undefined || environment === undefined ? undefined : { service, environment };
}

/** The failed runs. */
export function runTroubles(
  deps: Catalogs,
  { records, apply }: Pick<RunStore, 'records' | 'apply'>,
  cardKey: (id: string) => string,
): TroubleSource {
  return {
    async find(idOrLabel, personId) {
      const number = /^r-(\d{1,9})$/i.exec(idOrLabel)?.[1];
      const found =
        number === undefined
          ? await records.get(idOrLabel)
          : (await records.find({ where: { number: Number(number) }, limit: 1 })).items[0];
      if (!found || found.value.state !== 'failed' || !maySee(deps, personId, found.value)) return undefined;
      const { id, value } = found;
      const place = serviceOf(deps.catalog(), value);
      if (!place) return undefined;
      return {
        ...{ id, label: runLabel(value), ...place },
        title: `${cleanText(titleOf(value), 150)} failed`,
        description: describeTrouble(value),
        messageKey: cardKey(id),
        pages: value.run?.url === undefined ? [] : [{ text: 'Run', url: value.run.url }],
      };
    },
    redraw: async (id) => void (await apply(id, { type: 'redraw' })),
  };
}

const shownLines = 5;

function describeTrouble({ reason, run, requester }: PipelineRun): string {
  const why = reason ?? run?.reason;
  const lines = (run?.lastLines ?? []).map((line) => cleanText(line, 160)).filter((line) => line !== '');
  return [
    ...(why === undefined ? [] : [cleanText(why, 300)]),
    ...lines.slice(-shownLines),
    `Started by ${cleanText(requester.name, 80)}`,
  ].join('\n');
}
