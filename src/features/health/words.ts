import type { HealthLimits } from '../../core/catalog';
import { enumerate, plainText } from '../../core/text';
import { describeDuration, describeMoment } from '../../core/time/words';
import { decimal, whole } from './assess';
import type { Figure } from './assess';
import type { DeploymentMark } from './contract';
import type { Reading } from './reader';

/** How the state of one service reads. Pure. */

export interface Tile {
  readonly name: string;
  readonly value: string;
  readonly weight: 'Bolder' | 'Default';
  readonly limit: string;
}

/** The four figures with their limits, each name short enough for a quarter of a phone; the ones beyond are bold and marked. */
export function tiles({ report, passed }: Reading, limits: HealthLimits): Tile[] {
  const tile = (figure: Figure, name: string, value: string, limit: string): Tile => {
    const beyond = passed.includes(figure);
    return { name: beyond ? `▲\u202F${name}` : name, value, weight: beyond ? 'Bolder' : 'Default', limit };
  };
  const { figures } = report;
  return [
    tile('p95', 'p95\u00A0ms', whole(figures?.p95Ms), `limit\u00A0${limits.p95Ms}`),
    tile('p50', 'p50\u00A0ms', whole(figures?.p50Ms), `limit\u00A0${limits.p50Ms}`),
    tile('errors', 'Errors', decimal(figures?.errorPercent), `limit\u00A0${limits.errorPercent}\u00A0%`),
    tile('traffic', 'Req/s', decimal(figures?.requestsPerSecond), `min\u00A0${limits.minimumRequestsPerSecond}`),
  ];
}

/** The one sentence that matters: what is so, since when, after which deployment. */
export function sentence(reading: Reading, marks: readonly DeploymentMark[], timeZone: string): string {
  const { report, passed } = reading;
  if (report.state === 'unknown') return `**Its health is not known**: ${report.trouble}.`;
  const lead = leadWords(reading);
  const since = report.since;
  const when = since === undefined ? `**${lead}**` : sinceWords(lead, since, report.readAt, timeZone);
  if (report.state === 'healthy') return `${when}: ${withinWords(report.loneFailure)}.`;
  return [`${when}: ${report.trouble}.`, afterWords(since, marks), stillWell(report.state, passed)]
    .filter((part) => part !== '')
    .join(' ');
}

/** `every number is within its limit`, and what was forgiven. */
export function withinWords(loneFailure: boolean): string {
  const within = 'every number is within its limit';
  return loneFailure ? `${within} but the errors, and that is a single failed request` : within;
}

/** The notification and plain form of the card. */
export function summary({ report, passed }: Reading, timeZone: string): string {
  const where = `${report.service} in ${report.environment} is ${report.state}`;
  if (report.state === 'unknown' || report.since === undefined) return where;
  const since = `${where} since ${describeMoment(report.since, report.readAt, timeZone)}`;
  return passed.length > 0 ? `${since}: ${report.trouble}` : since;
}

function sinceWords(lead: string, since: number, now: number, timeZone: string): string {
  const began = `**${lead} since ${describeMoment(since, now, timeZone)}**`;
  return now - since < 5_000 ? began : `${began}, for ${describeDuration(now - since)}`;
}

function leadWords({ report, passed }: Reading): string {
  if (report.state === 'healthy') return 'Well';
  if (report.state === 'down') return 'Down';
  if (passed[0] === 'errors') return 'Failing requests';
  return passed[0] === 'traffic' ? 'Too little traffic' : 'Slow';
}

/** Only what came shortly before is worth naming. */
const relatedMs = 3_600_000;

function afterWords(since: number | undefined, marks: readonly DeploymentMark[]): string {
  if (since === undefined) return '';
  const mark = marks.filter((each) => each.at <= since && since - each.at <= relatedMs).at(-1);
  if (!mark) return '';
  return `It began ${describeDuration(since - mark.at)} after ${plainText(mark.version, 40)}.`;
}

function stillWell(state: string, passed: readonly Figure[]): string {
  if (state !== 'degraded') return '';
  const well = [
    passed.includes('p95') || passed.includes('p50') ? '' : 'latency',
    passed.includes('errors') ? '' : 'errors',
    passed.includes('traffic') ? '' : 'traffic',
  ].filter((word) => word !== '');
  if (well.length === 0) return '';
  const words = enumerate(well);
  return `${words.charAt(0).toUpperCase()}${words.slice(1)} ${well.length === 1 && well[0] !== 'errors' ? 'is' : 'are'} normal.`;
}
