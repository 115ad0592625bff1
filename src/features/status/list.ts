import type { CardContent } from '../../chat/contract';
import { plainText } from '../../core/text';
import type { FoundDeployment } from '../deployments';
import { isEmpty } from '../health';
import type { HealthReport, HealthState } from '../health';
import type { StatusFacts } from './facts';
import {
  deploymentRow,
  driftRow,
  endedRow,
  freezeRow,
  healthRow,
  lockRow,
  progressOf,
  runRow,
  unknownRow,
  waitingRow,
} from './text';
import type { Row } from './text';

/** The sections of the card: what each contains, worst first, and where each row leads. Pure. */

type Section = CardContent<'status/status'>['data']['sections'][number];

/** Everything in one section. */
interface SectionContent {
  readonly title: string;
  readonly rows: readonly Row[];
  /** How many rows are shown before other sections get more. */
  readonly minRows: number;
  /** The line that shows all of them. */
  readonly all: string;
}

/** More rows don't fit into one message. */
const maxRows = 12;
/** Neither does more text in them, as JSON. */
const maxText = 5_500;

const severity: Readonly<Record<HealthState, number>> = { down: 0, degraded: 1, unknown: 2, healthy: 3 };

/** The sections with as many rows as fit, the most important first. `reader` is outside text. */
export function listSections(facts: StatusFacts, reader: string): Section[] {
  const told = [...tellNow(facts), ...tellWork(facts, reader), ...tellRules(facts), ...tellPast(facts)];
  const full = told.filter(({ rows }) => rows.length > 0);
  const sections = arrange(full, maxRows);
  if (JSON.stringify(sections).length <= maxText) return sections;
  // Long names leave room for fewer rows.
  const single = full.map((each) => ({ ...each, minRows: 1 }));
  return arrange(single, full.length);
}

function arrange(told: readonly SectionContent[], most: number): Section[] {
  const promised = told.reduce((sum, { rows, minRows }) => sum + Math.min(rows.length, minRows), 0);
  let room = Math.max(0, most - promised);
  return told.map(({ title, rows, minRows, all }) => {
    const count = Math.min(rows.length, minRows + room);
    room -= Math.max(0, count - minRows);
    const more = rows.length - count;
    return {
      title,
      rows: rows.slice(0, count),
      more: {
        text: more > 0 ? `and ${more} more ›` : '',
        action: more > 0 ? `Show all: ${all}` : '',
        id: more > 0 ? all : '',
      },
    };
  });
}

/** Services that aren't healthy, worst first; for a single service, everything, to say what is live where. */
export function troubled(reports: readonly HealthReport[]): HealthReport[] {
  return reports
    .filter((report) => report.state !== 'healthy' && !isEmpty(report))
    .sort((one, other) => severity[one.state] - severity[other.state]);
}

/** Deployments whose outcome is unknown: a person has to check. */
export function unclear({ open }: Pick<StatusFacts, 'open'>): FoundDeployment[] {
  return (open ?? []).filter(({ deployment }) => deployment.state === 'unclear');
}

/** `locks shop in production`: the line that lists the same scope. */
function lineWithin(command: string, { service, environment }: StatusFacts['scope']): string {
  return [command, service, environment === undefined ? undefined : `in ${environment}`]
    .filter((word) => word !== undefined)
    .join(' ');
}

function tellNow(facts: StatusFacts): SectionContent[] {
  const { reports, scope } = facts;
  const rowsOf = (among: readonly HealthReport[]) => among.map((report) => healthRow(report, facts));
  const lost = unclear(facts).map((found) => deploymentRow(found, 'someone has to check whether it ran'));
  const ill = troubled(reports);
  const down = ill.filter(({ state }) => state === 'down');
  const others = ill.filter(({ state }) => state !== 'down');
  if (scope.service === undefined)
    return [
      {
        title: 'Needs attention',
        rows: [...rowsOf(down), ...lost, ...rowsOf(others)],
        minRows: 3,
        all: lineWithin('health', scope),
      },
    ];
  const well = reports.filter((report) => !ill.includes(report));
  return [
    {
      title: 'Health',
      rows: [...rowsOf(down), ...lost, ...rowsOf(others), ...rowsOf(well)],
      minRows: 3,
      all: `where ${scope.service}`,
    },
  ];
}

function tellWork(facts: StatusFacts, reader: string): SectionContent[] {
  const { waiting, open, runs, scope } = facts;
  const own = new Set((waiting ?? []).map(({ subjectId }) => subjectId));
  // A rollback is shown with the deployment that it rolls back.
  const ids = new Set((open ?? []).map(({ id }) => id));
  const others = open?.filter(
    ({ id, deployment: { state, rollbackOf } }) =>
      !own.has(id) && state !== 'unclear' && !(rollbackOf !== undefined && ids.has(rollbackOf)),
  );
  return [
    {
      title: `Waiting for ${plainText(reader, 60)}`,
      rows: waiting?.map((each) => waitingRow(each, facts)) ?? [unknownRow('approvals')],
      minRows: 2,
      all: lineWithin('approvals', scope),
    },
    {
      title: 'Running or waiting',
      rows: others?.map((found) => deploymentRow(found, progressOf(found.deployment, facts))) ?? [
        unknownRow('deployments'),
      ],
      minRows: 2,
      all: lineWithin('deployments', scope),
    },
    {
      title: 'Pipeline runs',
      rows: runs?.map(runRow) ?? [unknownRow('runs')],
      minRows: 1,
      all: 'runs',
    },
  ];
}

function tellRules(facts: StatusFacts): SectionContent[] {
  const { freezes, locks, scope } = facts;
  return [
    {
      title: 'Frozen',
      rows: freezes?.map((freeze) => freezeRow(freeze, facts)) ?? [unknownRow('freezes')],
      minRows: 1,
      all: lineWithin('freezes', scope),
    },
    {
      title: 'Locked',
      rows: locks?.map((lock) => lockRow(lock, facts)) ?? [unknownRow('locks')],
      minRows: 1,
      all: lineWithin('locks', scope),
    },
  ];
}

function tellPast(facts: StatusFacts): SectionContent[] {
  const { failed, succeeded, drifts, scope } = facts;
  const past = (failed ?? []).map((found) =>
    endedRow(found, found.deployment.state === 'failed' ? 'failed' : 'was rolled back', facts),
  );
  const live = (succeeded ?? []).map((found) => endedRow(found, 'went live', facts));
  const isQuiet =
    past.length === 0 &&
    troubled(facts.reports).length === 0 &&
    [facts.open, facts.runs].every((found) => (found ?? []).length === 0);
  return [
    {
      title: 'Failed since yesterday',
      rows: failed ? past : facts.open ? [unknownRow('deployments')] : [],
      minRows: 1,
      all: lineWithin('deployments failed', scope),
    },
    {
      title: 'Different releases',
      rows: drifts.map((drift) => driftRow(drift, facts)),
      minRows: 1,
      all: lineWithin('where', { service: scope.service }),
    },
    // On a busy day, nobody needs to read about successes.
    {
      title: 'Went live since yesterday',
      rows: isQuiet || scope.service !== undefined ? live.slice(0, 3) : [],
      minRows: 1,
      all: lineWithin('deployments succeeded', scope),
    },
  ];
}
