import type { Command, Reply, Turn } from '../../../chat/contract';
import type { Catalog } from '../../../core/catalog';
import { may } from '../../../core/catalog/rights';
import { bandState, statuses } from '../../../core/card/status';
import { enumerate, plural } from '../../../core/text';
import { footerTime, describeMoment } from '../../../core/time/words';
import { UserError } from '../../../core/errors';
import { requireService } from '../../../core/catalog/unknown-names';
import type { HealthReport, HealthState } from '../../health';
import type { Desk } from './desk';

/** `where [service]`: which release runs where, and how it is. */

const shownRows = 18;
const worstFirst: readonly HealthState[] = ['down', 'degraded', 'unknown', 'healthy'];

export function whereCommand(desk: Desk): Command {
  return {
    name: 'where',
    operation: 'look',
    synonyms: ['what runs where', 'versions'],
    summary: 'Which release runs where',
    topic: 'Look',
    arguments: [{ name: 'service', kind: 'service', summary: 'only this one' }],
    examples: [
      'where',
      ...Object.keys(desk.deps.catalog().services)
        .slice(0, 1)
        .map((service) => `where ${service}`),
    ],
    right: 'view',
    inManifest: true,
    run: (turn, args) => showWhere(desk, turn, args['service']),
  };
}

async function showWhere(desk: Desk, turn: Turn, service: string | undefined): Promise<Reply> {
  const { deps, health } = desk;
  const catalog = deps.catalog();
  const all = visibleTargets(catalog, turn.person.id, service);
  const targets = all.slice(0, shownRows);
  const reports = await Promise.all(targets.map((target) => health.report(target.service, target.environment)));
  const now = deps.clock.now();
  const more = all.length - targets.length;
  const worst = worstFirst.find((state) => reports.some((report) => report.state === state)) ?? 'unknown';
  return {
    card: 'deployments/where',
    data: {
      kind: 'Where',
      state: bandState(worst),
      title: service ? `Where ${service} runs` : 'What runs where',
      summary: `What runs where: ${reports.map(summaryOf).join(', ')}`.slice(0, 400),
      sentence: sentenceOf(reports),
      services: groupsOf(reports, now, catalog.timeZone),
      more: more > 0 ? `and ${more} more: write where and the name of a service` : '',
      footer: `${footerTime(now, catalog.timeZone)} · ref ${turn.reference}`,
    },
  };
}

function visibleTargets(
  catalog: Catalog,
  personId: string,
  only: string | undefined,
): { service: string; environment: string }[] {
  if (only !== undefined) requireService(catalog, only, 'there is nothing to show');
  const targets = Object.entries(catalog.services)
    .filter(([service]) => only === undefined || service === only)
    .flatMap(([service, { environments }]) => environments.map((environment) => ({ service, environment })))
    .filter((target) => may(catalog, personId, 'view', target));
  if (targets.length > 0) return targets;
  throw new UserError('You may not look at that. Write access viewer to ask for it.');
}

function groupsOf(reports: readonly HealthReport[], now: number, timeZone: string) {
  return [...new Set(reports.map((report) => report.service))].map((service) => ({
    service,
    rows: reports
      .filter((report) => report.service === service)
      .map((report) => {
        const { glyph, color, word } = statuses[report.state];
        const { running } = report;
        return {
          glyph,
          color,
          word: running || report.state !== 'unknown' ? word : 'Unknown',
          environment: report.environment,
          release: running ? running.version : 'no release',
          commit: running ? running.commit.slice(0, 7) : '',
          since: running ? `since ${describeMoment(running.since, now, timeZone)}` : 'nothing is known to run',
        };
      }),
  }));
}

function sentenceOf(reports: readonly HealthReport[]): string {
  const ill = reports.filter((report) => report.state !== 'healthy');
  if (ill.length === 0) return `**All ${reports.length} are healthy.** Write health and a name for the numbers.`;
  const names = ill.slice(0, 3).map((report) => `${report.service} in ${report.environment}`);
  const more = ill.length > 3 ? [...names, `${ill.length - 3} more`] : names;
  return `**${plural(reports.length - ill.length, 'is', 'are')} healthy.** Look at ${enumerate(more)}.`;
}

function summaryOf({ service, environment, running, state }: HealthReport): string {
  return `${service} ${running?.version ?? 'nothing'} in ${environment} ${state}`;
}
