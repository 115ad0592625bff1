import type { CardContent } from '../../chat/contract';
import type { Alert, MetricPoint } from '../../connectors/contract';
import type { HealthLimits } from '../../core/catalog';
import { bandState } from '../../core/card/status';
import { plainText } from '../../core/text';
import { describeDuration, footerTime, describeMoment } from '../../core/time/words';
import type { HealthButtons } from './buttons';
import type { DeploymentMark } from './contract';
import { drawGraph } from './graph';
import { graphWords } from './graph-words';
import { dataUri, rasterize } from './picture';
import { hourMs } from './reader';
import type { Reading } from './reader';
import { targetId } from './target';
import { sentence, summary, tiles } from './words';

export interface HealthCardInput {
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
export function healthCard(input: HealthCardInput): CardContent {
  const { reading, timeZone } = input;
  const { report } = reading;
  return {
    card: 'health/health',
    data: {
      id: targetId(report),
      kind: 'Health',
      state: bandState(report.state),
      title: `${report.service} in ${report.environment}`,
      summary: summary(reading, timeZone),
      sentence: sentence(reading, input.marks, timeZone),
      tiles: tiles(reading, input.limits),
      graph: graph(input),
      facts: facts(input),
      buttons: input.buttons,
      footer: `${plainText(input.connector, 40)} · ${footerTime(report.readAt, timeZone)} · ref\u00A0${input.reference}`,
    },
  };
}

function graph(input: HealthCardInput): Record<string, unknown> {
  const { readAt: toMs, service } = input.reading.report;
  const fromMs = toMs - hourMs;
  const marks = input.marks.filter((mark) => mark.at >= fromMs && mark.at <= toMs);
  const points = input.points.filter((point) => point.at >= fromMs && point.at <= toMs);
  const limitMs = input.limits.p95Ms;
  const words = graphWords({ service, points, marks, fromMs, toMs, limitMs, timeZone: input.timeZone });
  const drawn = points.filter((point) => point.p95Ms !== undefined).length > 1;
  const svg = drawGraph({ points, fromMs, toMs, limitMs, marks: marks.slice(-6).map((mark) => mark.at) });
  return { ...words, drawn, marked: words.markLegend !== '', image: drawn ? dataUri(rasterize(svg)) : '' };
}

function facts(input: HealthCardInput): { title: string; value: string }[] {
  const all = [
    { title: 'Release', value: releaseWords(input) },
    { title: 'Alerts', value: alertWords(input) },
    { title: 'Process', value: processWords(input) },
  ];
  return all.filter((fact) => fact.value !== '');
}

function releaseWords({ reading: { report }, marks }: HealthCardInput): string {
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

function alertWords({ alerts, reading, timeZone }: HealthCardInput): string {
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

function processWords({ reading: { report } }: HealthCardInput): string {
  const { running } = report;
  if (running?.processId === undefined) return '';
  const address = running.address?.replace(/^https?:\/\//, '').replace(/\/$/, '');
  return address ? `${running.processId} at ${plainText(address, 60)}` : String(running.processId);
}
