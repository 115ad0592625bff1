import type { CardContent, Reply, Turn } from '../../../../chat/contract';
import { statuses } from '../../../../core/card';
import { cannotSee, requireService } from '../../../../core/catalog/refusals';
import { may, shownInPart } from '../../../../core/catalog/rights';
import { cleanText } from '../../../../core/text';
import { describeMoment, footerTime } from '../../../../core/time/clock';
import { describeStates, environmentsByWeight, notDeployed } from '../../../health';
import { readPlace } from './facts';
import type { PlaceFacts, WhereParts } from './facts';
import { describeDifferences } from './text';

/** Which release is live where. */

type Group = CardContent<'deployments/where'>['data']['services'][number];
type Row = Group['rows'][number];

const maxPlaces = 18;
const longestVersion = 80;
/** The services on the card, as JSON, so that it fits into one message with the rest: what the template adds to each of them, and to each place. */
const maxLength = 17_900;
const serviceLength = 130;
const placeLength = 700;
const noteLength = 100;

export async function showWhere(parts: WhereParts, turn: Turn, only: string | undefined): Promise<Reply> {
  const { deps } = parts;
  const catalog = deps.catalog();
  if (only !== undefined) requireService(catalog, only, 'there is nothing to show');
  const all = Object.entries(catalog.services)
    .filter(([service]) => only === undefined || service === only)
    .flatMap(([service, { environments }]) => environments.map((environment) => ({ service, environment })));
  const visible = all.filter((target) => may(catalog, turn.person.id, 'view', target));
  if (visible.length === 0) throw cannotSee(catalog, { ...(only !== undefined && { service: only }) });
  const now = deps.clock.now();
  const read = await Promise.all(visible.slice(0, maxPlaces).map((target) => readPlace(parts, target)));
  const rows = read.map((place) => ({ place, row: drawPlace(place, now, catalog.timeZone) }));
  const shown = rows.slice(0, countFitting(rows));
  const more = visible.length - shown.length;
  return {
    card: 'deployments/where',
    data: {
      kind: 'Where',
      ...describeStates(
        shown.map(({ place }) => place.report),
        environmentsByWeight(catalog),
      ),
      title: only ? `Where ${only} runs` : 'What runs where',
      summary: `What runs where: ${shown.map(({ place }) => summarizePlace(place)).join(', ')}`.slice(0, 400),
      services: groupByService(shown),
      more: [
        ...(more > 0 ? [`and ${more} more: type \`where\` and the name of a service`] : []),
        ...(visible.length < all.length ? [shownInPart] : []),
      ].join('. '),
      footer: `As of ${footerTime(now, catalog.timeZone)} · ref\u00A0${turn.reference}`,
    },
  };
}

function summarizePlace({ report: { service, environment, state }, live }: PlaceFacts): string {
  return live.found === 'none'
    ? `${service} not deployed to ${environment}`
    : `${service} ${cleanText(live.running?.version ?? 'unknown', longestVersion)} in ${environment} ${state}`;
}

function drawPlace(place: PlaceFacts, now: number, timeZone: string): Row {
  const { report, live } = place;
  const { glyph, color, word } = live.found === 'none' ? notDeployed : statuses[report.state];
  return {
    glyph,
    color,
    environment: report.environment,
    word: word.toLowerCase(),
    release: live.running ? cleanText(live.running.version, longestVersion) : '–',
    commit: live.running ? cleanText(live.running.commit.slice(0, 7)) : '',
    since: describeLive(live, now, timeZone),
    note: describeDifferences(place),
  };
}

interface DrawnPlace {
  readonly place: PlaceFacts;
  readonly row: Row;
}

/** How many of the first ones fit; at least one. */
function countFitting(drawn: readonly DrawnPlace[]): number {
  let length = 0;
  const tooMany = drawn.findIndex(({ place: { report }, row }, index) => {
    const isFirst = drawn[index - 1]?.place.report.service !== report.service;
    length += placeLength + JSON.stringify(row).length + (row.note === '' ? 0 : noteLength);
    if (isFirst) length += serviceLength + report.service.length;
    return length > maxLength;
  });
  return tooMany < 0 ? drawn.length : Math.max(1, tooMany);
}

function groupByService(drawn: readonly DrawnPlace[]): Group[] {
  const services = new Set(drawn.map(({ place: { report } }) => report.service));
  return [...services].map((service) => ({
    service,
    rows: drawn.filter(({ place: { report } }) => report.service === service).map(({ row }) => row),
  }));
}

function describeLive(live: PlaceFacts['live'], now: number, timeZone: string): string {
  if (live.found === 'release') return `live since ${describeMoment(live.running.since, now, timeZone)}`;
  return live.found === 'none' ? '' : 'release unknown';
}
