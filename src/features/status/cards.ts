import { isSeenByAll } from '../../chat/contract';
import type { CardContent, Turn } from '../../chat/contract';
import { bandState } from '../../core/card';
import { shownInPart } from '../../core/catalog/rights';
import { capitalize, cleanText, enumerate, plainText, plural } from '../../core/text';
import { footerTime, longDay } from '../../core/time/clock';
import { isOn } from '../freezes';
import { isEmpty } from '../health';
import type { StatusFacts } from './facts';
import { listSections, troubled, unclear } from './list';

/** `cards/status/status.json`: everything that matters now, at a glance. Pure. */

type StatusData = CardContent<'status/status'>['data'];

interface StatusView {
  readonly turn: Pick<Turn, 'person' | 'place' | 'trigger' | 'reference'>;
  readonly canDeploy: boolean;
}

export function statusCard(facts: StatusFacts, { turn, canDeploy }: StatusView): CardContent<'status/status'> {
  const { scope, now, timeZone } = facts;
  const reader = isSeenByAll(turn) ? cleanText(turn.person.name, 60) || 'the requester' : 'you';
  const what = describeScope(scope);
  const { lead, rest } = describeStatus(facts, reader);
  const [bold, whole] = [plainText(lead), plainText(`${lead}${rest}`, 600)];
  return {
    card: 'status/status',
    data: {
      id: `${scope.service ?? ''}/${scope.environment ?? ''}`,
      kind: 'Status',
      state: stateOf(facts, reader),
      title: what ?? longDay(now, timeZone),
      summary: `Status${what === undefined ? '' : ` of ${what}`}: ${lead}${rest}`,
      sentence: `**${bold}**${whole.slice(bold.length)}`,
      sections: listSections(facts, reader),
      quiet: describeQuiet(facts),
      viewer: { canDeploy },
      deploy: scope.service === undefined ? 'deploy' : `deploy ${scope.service}`,
      footer: `For ${plainText(turn.person.name, 60)} · as of ${footerTime(now, timeZone)} · ref\u00A0${turn.reference}`,
    },
  };
}

/** `shop in production`; undefined for everything. */
function describeScope({ service, environment }: StatusFacts['scope']): string | undefined {
  if (service === undefined) return environment;
  return environment === undefined ? service : `${service} in ${environment}`;
}

/** The summary of the whole card: `lead` is bold, `rest` follows it. Outside text. */
function describeStatus(facts: StatusFacts, reader: string): { readonly lead: string; readonly rest: string } {
  if (facts.reports.length === 0)
    return { lead: 'There are no services yet.', rest: ' The people who run Gavel add them to the catalog.' };
  const [lead, ...rest] = describeNeeds(facts, reader);
  const underWay = describeOpen(facts);
  if (lead === undefined) {
    if (facts.reports.every(isEmpty))
      return { lead: 'Nothing is deployed yet.', rest: underWay.length === 0 ? '' : ` ${joinClauses(underWay)}.` };
    const nothing = reader === 'you' ? 'Nothing needs your attention.' : 'Nothing needs attention.';
    const still = `${joinClauses([describeHealthy(facts), ...(underWay.length > 0 ? underWay : describeStill(facts))])}.`;
    return { lead: nothing, rest: ` ${capitalizedUnlessName(still, facts)}` };
  }
  const clauses = [...rest, ...underWay];
  const first = capitalizedUnlessName(lead, facts);
  if (clauses.length === 0) return { lead: `${first}.`, rest: '' };
  if (describeIll(facts) !== undefined) return { lead: `${first}.`, rest: ` ${capitalize(joinClauses(clauses))}.` };
  return { lead: first, rest: `${joinClauses([first, ...clauses]).slice(first.length)}.` };
}

/** Complete clauses are separated by commas: `a, and b`. */
function joinClauses(clauses: readonly string[]): string {
  return clauses.length < 2 ? clauses.join('') : `${clauses.slice(0, -1).join(', ')}, and ${clauses.at(-1)}`;
}

/** Names keep the case in which people type them. */
function capitalizedUnlessName(words: string, { reports }: StatusFacts): string {
  return reports.some(({ service }) => words.startsWith(`${service} `)) ? words : capitalize(words);
}

/** The worst services that Gavel knows are unhealthy. */
function illOf({ reports }: StatusFacts): ReturnType<typeof troubled> {
  return troubled(reports).filter(({ state }) => state !== 'unknown');
}

/** `payments is down and shop is degraded in production`: the two worst; undefined if every known service is healthy. */
function describeIll(facts: StatusFacts): string | undefined {
  const [one, other] = illOf(facts);
  if (!one) return undefined;
  const where = (report: typeof one): string => `is ${report.state} in ${report.environment}`;
  if (!other) return `${one.service} ${where(one)}`;
  if (one.environment !== other.environment) return `${one.service} ${where(one)} and ${other.service} ${where(other)}`;
  return one.state === other.state
    ? `${one.service} and ${other.service} are ${one.state} in ${one.environment}`
    : `${one.service} is ${one.state} and ${other.service} ${where(other)}`;
}

function describeNeeds(facts: StatusFacts, reader: string): string[] {
  const ill = describeIll(facts);
  const hidden = Math.max(0, illOf(facts).length - 2);
  const unseen = troubled(facts.reports).filter(({ state }) => state === 'unknown');
  const [blind] = unseen;
  const waiting = facts.waiting?.length ?? 0;
  const lost = unclear(facts).length;
  const lostRuns = unclearRuns(facts);
  return [
    ...(ill === undefined ? [] : [ill]),
    ...(hidden > 0 ? [`${plural(hidden, 'more needs', 'more need')} attention`] : []),
    ...(lost > 0 ? [`${plural(lost, 'deployment has', 'deployments have')} an unclear outcome`] : []),
    ...(lostRuns > 0 ? [`${plural(lostRuns, 'pipeline run has', 'pipeline runs have')} an unclear outcome`] : []),
    ...(waiting > 0 ? [`${plural(waiting, 'request is', 'requests are')} waiting for ${reader}`] : []),
    ...(unseen.length === 1 && blind ? [`the health of ${blind.service} in ${blind.environment} is unknown`] : []),
    ...(unseen.length > 1 ? [`health is unknown in ${unseen.length} places`] : []),
    ...(isBlind(facts) ? ['Gavel couldn’t read everything'] : []),
  ];
}

/** Whether a part couldn't be read, so that nobody can rely on what is missing. */
function isBlind({ waiting, open, failed, freezes, locks, runs }: StatusFacts): boolean {
  return [waiting, open, failed, freezes, locks, runs].includes(undefined);
}

/** `1 deployment is waiting for approval` and `2 are in progress`; empty where nothing is open. */
function describeOpen(facts: StatusFacts): readonly string[] {
  const waiting = awaitingApproval(facts).length;
  const running = (facts.open?.length ?? 0) - unclear(facts).length - waiting;
  const counts = [
    { count: waiting, state: 'waiting for approval' },
    { count: running, state: 'in progress' },
  ].filter(({ count }) => count > 0);
  const runs = runsInProgress(facts);
  return [
    ...counts.map(({ count, state }, index) =>
      index === 0
        ? `${plural(count, 'deployment is', 'deployments are')} ${state}`
        : `${plural(count, 'is', 'are')} ${state}`,
    ),
    ...(runs > 0 ? [`${plural(runs, 'pipeline run is', 'pipeline runs are')} in progress`] : []),
  ];
}

/** How many runs go on, or wait for somebody in their tool. */
function runsInProgress({ runs }: StatusFacts): number {
  return (runs ?? []).filter(({ status }) => status !== 'unclear').length;
}

function unclearRuns({ runs }: StatusFacts): number {
  return (runs ?? []).filter(({ status }) => status === 'unclear').length;
}

function awaitingApproval({ open }: StatusFacts): NonNullable<StatusFacts['open']> {
  return (open ?? []).filter(({ deployment: { state } }) => state === 'requested' || state === 'awaiting approval');
}

function describeHealthy({ reports }: StatusFacts): string {
  const services = [...new Set(reports.filter((report) => !isEmpty(report)).map(({ service }) => service))];
  if (services.length === 1) return `${services.join('')} is healthy`;
  return `${services.length === 2 ? 'both' : `all ${services.length}`} services are healthy`;
}

function describeStill({ freezes, locks, now }: StatusFacts): readonly string[] {
  const isFrozen = (freezes ?? []).some((freeze) => isOn(freeze, now));
  const isLocked = (locks ?? []).length > 0;
  const others = [...(isFrozen ? [] : ['frozen']), ...(isLocked ? [] : ['locked'])];
  return ['no deployments are in progress', ...(others.length === 0 ? [] : [`nothing is ${enumerate(others, 'or')}`])];
}

/** The worst of what the card shows. */
function stateOf(facts: StatusFacts, reader: string): StatusData['state'] {
  const { reports, waiting, open } = facts;
  const ill = troubled(reports);
  const count = (state: string): number => ill.filter((report) => report.state === state).length;
  const lost = unclear(facts).length + unclearRuns(facts);
  if (count('down') > 0) return { ...bandState('down'), word: `${count('down')} down` };
  if (count('degraded') > 0) return { ...bandState('degraded'), word: `${count('degraded')} degraded` };
  if (lost > 0) return { ...bandState('unclear'), word: `${lost} unclear` };
  if (waiting && waiting.length > 0)
    return { ...bandState('waiting'), word: reader === 'you' ? 'Waiting for you' : 'Waiting' };
  if (count('unknown') > 0) return { ...bandState('unknown'), word: `${count('unknown')} unknown` };
  if (isBlind(facts)) return { ...bandState('unknown'), word: 'Partly unknown' };
  const awaiting = awaitingApproval(facts).length;
  const going = (open ?? []).length - awaiting + runsInProgress(facts);
  if (going > 0) return { ...bandState('running'), word: `${going} in progress` };
  if (awaiting > 0) return { ...bandState('waiting'), word: `${awaiting} waiting` };
  if (reports.every(isEmpty)) return { ...bandState('draft'), word: 'Nothing deployed' };
  return { ...bandState('healthy'), word: reports.length === 1 ? 'Healthy' : 'All healthy' };
}

function describeQuiet({ reports, scope, isPart }: StatusFacts): string {
  const deployed = reports.filter((report) => !isEmpty(report));
  const ill = troubled(reports).length;
  const others = deployed.length < reports.length ? 'Everything else that is deployed' : 'Everything else';
  const isRestHealthy = scope.service === undefined && ill > 0 && deployed.length > ill;
  return [isRestHealthy ? `${others} is healthy.` : '', isPart ? shownInPart : ''].filter(Boolean).join(' ');
}
