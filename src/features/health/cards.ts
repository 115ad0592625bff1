import type { CardContent } from '../../chat/contract';
import type { Alert, MetricPoint } from '../../connectors/contract';
import type { Catalog, HealthLimits } from '../../core/catalog';
import { may } from '../../core/catalog/rights';
import { dataUri, rasterize } from '../../core/card/picture';
import { bandState } from '../../core/card';
import { lookUp } from '../../core/keys';
import { plainText } from '../../core/text';
import { describeDuration, describeMoment, footerTime } from '../../core/time/clock';
import type { FeatureDependencies } from '../contract';
import type { DeploymentHistory, DeploymentMark, HealthState } from './contract';
import { askWithin, hourMs, valueWithin } from './facts';
import type { HealthReader, Reading } from './facts';
import { drawGraph } from './graph';
import { targetId } from './parse';
import type { ServiceTarget } from './parse';
import { describeGraph, describeNeeds, describeReading, describeRestart, drawTiles, summarizeReading } from './text';

const sideLimitMs = 1_000;

/** The health card of one service, with the buttons that this person may use; without a person none that needs a right. */
export async function readHealth(
  deps: FeatureDependencies,
  { reader, history }: { readonly reader: HealthReader; readonly history: DeploymentHistory },
  { service, environment }: ServiceTarget,
  { viewer, reference }: { readonly viewer: string | undefined; readonly reference: string },
): Promise<CardContent<'health/health'>> {
  const now = deps.clock.now();
  const { alerts: source, name: connector, services: control } = deps.connectorOf(service);
  const catalog = deps.catalog();
  const [reading, points, marks = [], rollbackTo, alerts] = await Promise.all([
    reader.read(service, environment),
    reader.lastHour(service, environment, now),
    valueWithin(sideLimitMs, () => history.marks(service, environment, now - 30 * 24 * hourMs)),
    valueWithin(sideLimitMs, () => history.rollbackTarget(service, environment)),
    source && askWithin(sideLimitMs, () => source.firing(service, environment)),
  ]);
  const limits = lookUp(catalog.services, service)?.limits;
  if (!limits) throw new Error(`No service ${service} in the catalog`);
  const buttons = drawButtons(catalog, {
    target: { service, environment },
    state: reading.report.state,
    running: reading.report.running?.version,
    rollbackTo,
    canRestart: control !== undefined,
    viewer,
  });
  return drawHealth({
    reading,
    points,
    marks: [...marks].sort((one, other) => one.at - other.at),
    alerts: alerts && (alerts.ok ? alerts.value : 'unread'),
    connector,
    buttons,
    timeZone: catalog.timeZone,
    reference,
    limits,
  });
}

interface HealthView {
  readonly reading: Reading;
  readonly points: readonly MetricPoint[];
  /** Oldest first; may reach back beyond the hour. */
  readonly marks: readonly DeploymentMark[];
  /** Undefined: the connector knows no alerts. `unread`: it did not say. */
  readonly alerts: readonly Alert[] | 'unread' | undefined;
  readonly connector: string;
  readonly buttons: HealthButtons;
  readonly timeZone: string;
  readonly reference: string;
  readonly limits: HealthLimits;
}

/** `cards/health/health.json` filled for one reading. */
async function drawHealth(input: HealthView): Promise<CardContent<'health/health'>> {
  const { reading, timeZone } = input;
  const { report } = reading;
  return {
    card: 'health/health',
    data: {
      id: targetId(report),
      kind: 'Health',
      state: bandState(report.state),
      title: `${report.service} in ${report.environment}`,
      summary: summarizeReading(reading, timeZone),
      sentence: describeReading(reading, input.marks, timeZone),
      tiles: drawTiles(reading, input.limits),
      graph: await drawLatency(input),
      facts: drawFacts(input),
      buttons: input.buttons,
      footer: `${plainText(input.connector, 40)} · ${footerTime(report.readAt, timeZone)} · ref\u00A0${input.reference}`,
    },
  };
}

async function drawLatency(input: HealthView) {
  const { readAt: toMs, service } = input.reading.report;
  const fromMs = toMs - hourMs;
  const marks = input.marks.filter((mark) => mark.at >= fromMs && mark.at <= toMs);
  const points = input.points.filter((point) => point.at >= fromMs && point.at <= toMs);
  const limitMs = input.limits.p95Ms;
  const words = describeGraph({ service, points, marks, fromMs, toMs, limitMs, timeZone: input.timeZone });
  const drawn = points.filter((point) => point.p95Ms !== undefined).length > 1;
  const svg = drawGraph({ points, fromMs, toMs, limitMs, marks: marks.slice(-6).map((mark) => mark.at) });
  return { ...words, drawn, marked: words.markLegend !== '', image: drawn ? dataUri(await rasterize(svg)) : '' };
}

function drawFacts(input: HealthView): { title: string; value: string }[] {
  const all = [
    { title: 'Release', value: describeRunning(input) },
    { title: 'Alerts', value: describeAlerts(input) },
    { title: 'Process', value: describeProcess(input) },
  ];
  return all.filter((fact) => fact.value !== '');
}

function describeRunning({ reading: { report }, marks }: HealthView): string {
  const { running } = report;
  if (!running) return report.trouble === 'nothing is deployed there' ? 'none' : 'could not be read';
  const by = marks.filter((mark) => mark.version === running.version).at(-1)?.by;
  const parts = [
    `${plainText(running.version, 40)} (${plainText(running.commit.slice(0, 7))})`,
    `live for ${describeDuration(report.readAt - running.since)}`,
    ...(by ? [`asked by ${plainText(by, 80)}`] : []),
  ];
  return parts.join(', ');
}

function describeAlerts({ alerts, reading, timeZone }: HealthView): string {
  if (alerts === undefined) return '';
  if (alerts === 'unread') return 'could not be read';
  if (alerts.length === 0) return 'none firing';
  const shown = alerts
    .slice(0, 3)
    .map(
      (alert) =>
        `◆\u00A0${plainText(alert.name, 60)} since ${describeMoment(alert.firingSince, reading.report.readAt, timeZone)}`,
    );
  return [...shown, ...(alerts.length > 3 ? [`and ${alerts.length - 3} more`] : [])].join(', ');
}

function describeProcess({ reading: { report } }: HealthView): string {
  const { running } = report;
  if (running?.processId === undefined) return '';
  const address = running.address?.replace(/^https?:\/\//, '').replace(/\/$/, '');
  return address ? `${running.processId} at ${plainText(address, 60)}` : String(running.processId);
}

interface HarmfulButton {
  /** What the click names: the target, and the release of a rollback, so that an old card never puts back another. */
  readonly id: string;
  readonly title: string;
  /** What will happen, shown before the reason is asked. */
  readonly effect: string;
  readonly button: string;
}

/** Which buttons a health card shows: at most three in the row, the rest below More. */
interface HealthButtons {
  readonly rollbackFirst: boolean;
  readonly refreshFirst: boolean;
  readonly restart: boolean;
  /** Row without More: who may only look. */
  readonly plain: boolean;
  readonly more: boolean;
  readonly refreshInMore: boolean;
  readonly rollbackInMore: boolean;
  readonly rollbackForm: HarmfulButton;
  readonly restartForm: HarmfulButton;
}

interface ButtonFacts {
  readonly target: ServiceTarget;
  readonly state: HealthState;
  readonly running: string | undefined;
  /** The release that a rollback would put back. */
  readonly rollbackTo: string | undefined;
  readonly canRestart: boolean;
  /** Undefined: nobody in particular, so nothing that needs a right. */
  readonly viewer: string | undefined;
}

/** Rolling back stands first only where it is the remedy. */
function drawButtons(catalog: Catalog, facts: ButtonFacts): HealthButtons {
  const { target, viewer } = facts;
  const holds = (right: 'deploy' | 'operate'): boolean => viewer !== undefined && may(catalog, viewer, right, target);
  const rollback = facts.rollbackTo !== undefined && holds('deploy');
  const restart = facts.running !== undefined && facts.canRestart && holds('operate');
  const trouble = facts.state === 'degraded' || facts.state === 'down';
  const more = rollback || restart;
  return {
    rollbackFirst: rollback && trouble,
    refreshFirst: !(rollback && trouble),
    restart,
    plain: !more,
    more,
    refreshInMore: rollback && trouble,
    rollbackInMore: rollback && !trouble,
    rollbackForm: drawRollback(catalog, target, facts.rollbackTo ?? ''),
    restartForm: drawRestart(catalog, target, facts.running ?? ''),
  };
}

function drawRollback(catalog: Catalog, { service, environment }: ServiceTarget, version: string): HarmfulButton {
  const rule = lookUp(catalog.environments, environment)?.rollback;
  return {
    id: `${service}/${environment}/${version}`,
    title: `Roll back to ${version}…`,
    effect: `Puts ${service}\u00A0${version} back in ${environment}. ${describeNeeds(rule)}`,
    button: rule && rule.required > 0 ? `Ask to roll back to ${version}` : `Roll back to ${version}`,
  };
}

function drawRestart(catalog: Catalog, { service, environment }: ServiceTarget, version: string): HarmfulButton {
  const rule = lookUp(catalog.environments, environment)?.restart;
  return {
    id: `${service}/${environment}`,
    title: 'Restart…',
    effect: `${describeRestart({ service, environment }, version)} ${describeNeeds(rule)}`,
    button: rule && rule.required > 0 ? `Ask to restart ${service}` : `Restart ${service}`,
  };
}
