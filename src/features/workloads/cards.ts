import type { CardContent, Turn } from '../../chat/contract';
import type { Pod } from '../../connectors/contract';
import { bandState, noState, statuses } from '../../core/card';
import { may } from '../../core/catalog/rights';
import { cleanText, plainText } from '../../core/text';
import { describeMoment, footerTime, timeWithSeconds } from '../../core/time/clock';
import { drawList } from '../contract';
import type { FeatureDependencies } from '../contract';
import { targetId } from '../health';
import type { WorkloadReport } from './facts';
import { describeEvent, describeLog, describePod, describePodAge, describeRollout } from './text';

/** The pods of a service as a list: those that need attention first, then what the system says about them. */

type ListData = CardContent<'policy/list'>['data'];
type Row = Pick<ListData['rows'][number], 'name' | 'words'> & Partial<ListData['rows'][number]>;
type CardDependencies = Pick<FeatureDependencies, 'catalog' | 'clock'>;

const shownPods = 8;
const shownEvents = 3;

/** `viewer`: the only reader; undefined: everybody in a channel, whose rights are checked at the click. */
export function podsCard(
  deps: CardDependencies,
  turn: Pick<Turn, 'reference'>,
  { target, status, system, readAt }: WorkloadReport,
  viewer: string | undefined,
): CardContent<'policy/list'> {
  const { service, environment } = target;
  const { timeZone } = deps.catalog();
  const operates = viewer === undefined || may(deps.catalog(), viewer, 'operate', target);
  const pods = status.pods.slice(0, shownPods).map((pod): Row => podRow(pod, readAt, operates ? targetId(target) : ''));
  const warnings = status.events.filter(({ isWarning }) => isWarning).slice(0, shownEvents);
  const left = status.podCount - pods.length;
  return drawList(
    deps,
    turn,
    {
      kind: `Pods · ${cleanText(system, 40)}`,
      state: bandOf(status),
      title: `${service} in ${environment}`,
      summary: `${service} in ${environment}: ${status.ready} of ${status.wanted} ready`,
      sentence: describeRollout(status),
      rows: [
        ...pods,
        ...warnings.map((event): Row => ({
          ...{ glyph: '!', color: statuses.degraded.color, name: cleanText(event.reason, 60) },
          words: `${describeEvent(event)} · ${describeMoment(event.at, readAt, timeZone)}`,
        })),
      ],
      more: left > 0 ? `and ${left} more pods` : '',
      actions: buttonsOf(deps, target, status, viewer),
    },
    readAt,
  );
}

/** A stuck rollout is rolled back first. */
function buttonsOf(
  { catalog }: CardDependencies,
  target: WorkloadReport['target'],
  { rollout, scaledBy, whyNoUndo }: WorkloadReport['status'],
  viewer: string | undefined,
): ListData['actions'] {
  const id = targetId(target);
  const can = (right: 'deploy' | 'operate'): boolean => viewer === undefined || may(catalog(), viewer, right, target);
  const undo =
    whyNoUndo === undefined && can('deploy') ? [{ title: 'Roll back…', verb: 'workloads.undo', id, asks: true }] : [];
  const scale =
    scaledBy === undefined && can('operate') ? [{ title: 'Scale…', verb: 'workloads.scale', id, asks: true }] : [];
  const refresh = { title: 'Refresh', verb: 'workloads.view', id };
  return rollout.state === 'stuck' ? [...undo, ...scale, refresh] : [...scale, ...undo, refresh];
}

function bandOf({ rollout, wanted, ready }: WorkloadReport['status']): ListData['state'] {
  switch (rollout.state) {
    case 'running':
      return { ...bandState('running'), word: 'Rolling out' };
    case 'stuck':
      return { ...bandState('failed'), word: 'Stuck' };
    case 'paused':
      return { ...bandState('held'), word: 'Paused' };
    case 'done':
      if (wanted === 0) return noState;
      if (ready === 0) return { ...bandState('down'), word: 'None ready' };
      return ready < wanted
        ? { ...bandState('degraded'), word: 'Some not ready' }
        : { ...bandState('healthy'), word: 'Ready' };
  }
}

/** `log`: the ID of its service in its environment if the reader can read logs there; otherwise empty. */
function podRow(pod: Pod, now: number, log: string): Row {
  const name = cleanText(pod.name, 100);
  return {
    ...lookOf(pod),
    name,
    words: describePod(pod),
    when: describePodAge(pod.startedAt, now),
    ...(log === '' ? {} : { action: `Show the log of ${name}`, verb: 'workloads.log', id: `${log}/${pod.name}` }),
  };
}

function lookOf({ state }: Pod): Pick<Required<Row>, 'glyph' | 'color'> {
  switch (state) {
    case 'ready':
      return { glyph: '●', color: statuses.healthy.color };
    case 'failing':
      return { glyph: statuses.failed.glyph, color: statuses.failed.color };
    case 'starting':
      return { glyph: statuses.running.glyph, color: 'Default' };
    default:
      return { glyph: '○', color: 'Default' };
  }
}

/** Which log of a pod is shown. */
interface ShownLog extends Pick<WorkloadReport, 'target' | 'system' | 'readAt'> {
  readonly pod: string;
  readonly which: 'current' | 'previous';
  readonly lines: readonly string[];
}

const lineLength = 160;

/** The end of a pod’s log. */
export function logCard(
  { catalog }: Pick<FeatureDependencies, 'catalog'>,
  { reference }: Pick<Turn, 'reference'>,
  { target, system, readAt, pod, which, lines }: ShownLog,
): CardContent<'workloads/log'> {
  const { timeZone } = catalog();
  const { service, environment } = target;
  const isEarlier = which === 'previous';
  const id = `${targetId(target)}/${pod}`;
  return {
    card: 'workloads/log',
    data: {
      kind: isEarlier ? 'Log before the last restart' : 'Log',
      title: plainText(pod, 100),
      summary: `Log of a pod of ${cleanText(`${service} in ${environment}`, 40)}`,
      sentence: describeLog(lines.length, timeWithSeconds(readAt, timeZone), isEarlier),
      lines: lines.map((line) => ({ line: cleanText(line, lineLength) || ' ' })),
      actions: [
        { title: 'Refresh log', verb: isEarlier ? 'workloads.earlier-log' : 'workloads.log', id },
        isEarlier
          ? { title: 'Show current log', verb: 'workloads.log', id }
          : { title: 'Show log before restart', verb: 'workloads.earlier-log', id },
        { title: 'Show pods', verb: 'workloads.view', id: targetId(target) },
      ],
      remove: id,
      footer: `${plainText(system, 40)} · ${footerTime(readAt, timeZone)} · ref\u00A0${reference}`,
    },
  };
}
