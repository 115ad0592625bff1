import type { AuditNames, DescribeAudit, Feature } from '../../chat/contract';
import { personName } from '../../core/catalog/rights';
import { lookUp } from '../../core/keys';
import { describeOperation, operationsBehind } from '../../core/operations';
import type { DoorOperation } from '../../core/operations';
import { cleanText, plural } from '../../core/text';
import { momentInZone } from '../../core/time/clock';
import type { AuditEntry } from '../../store/contract';
import type { FeatureDependencies } from '../contract';
import type { Deployments } from '../deployments';

/** Who did it and what, as a colleague would say it. Outside text. */
interface AuditSentence {
  readonly who: string;
  readonly text: string;
}

/** The features' descriptions of their lines. */
export type Describers = Pick<Feature, 'name' | 'commands' | 'actions' | 'describeAudit'>;

/** A line that can't be read has no person and no known time. */
export function isDamaged({ who, outcome }: AuditEntry): boolean {
  return who === '' && outcome === 'unreadable';
}

/** One sentence for one line of the audit log, whichever version wrote it; without ids and internal names. */
export function describeLine(entry: AuditEntry, features: readonly Describers[], names: AuditNames): AuditSentence {
  if (isDamaged(entry)) return { who: 'A damaged line', text: 'can’t be read; npx gavel audit verify gives details' };
  const feature = features.find(({ name }) => entry.what.startsWith(`${name}.`));
  const text = describeAttempt(entry, names) ?? feature?.describeAudit?.(entry, names) ?? describeSystem(entry, names);
  return { who: names.person(entry.who), text: cleanText(text ?? `used “${doorOf(entry)}”`, 300) };
}

/** The name of the command or button that wrote the line. */
function doorOf({ what }: AuditEntry): string {
  return what.slice(what.indexOf('.') + 1).replaceAll('-', ' ');
}

/** How failed clicks and commands ended. */
const endings: Readonly<Record<string, string>> = {
  refused: 'refused',
  failed: 'failed',
  unclear: 'outcome unknown',
};

function describeAttempt({ who, what, target, outcome }: AuditEntry, names: AuditNames): string | undefined {
  const ending = lookUp(endings, outcome.split(':')[0] ?? '');
  const tried = operationTried(what);
  if (ending === undefined || tried === undefined || who === 'gavel') return undefined;
  const named = isId(target) ? names.deployment(target) : target;
  return `tried to ${describeOperation(tried, named)} (${ending})`;
}

/** `-`, a record's id or a channel's id means nothing to people. */
const isId = (target: string): boolean => /^(?:-$|[0-9a-f]{32}$|19:|entra:)/.test(target);

/** What somebody tried by a command or button; undefined for what is neither. */
function operationTried(what: string): Exclude<DoorOperation, 'look'> | undefined {
  const [operation] = [what, what.slice(what.indexOf('.') + 1)].flatMap(operationsBehind);
  if (operation !== undefined) return operation;
  const isAnswer = /^(?:(?:gates|confirmations|privacy|onboarding)\.[a-z-]+|emergencies\.dismiss)$/.test(what);
  return isAnswer ? 'answer' : undefined;
}

/** What Gavel writes outside of the features: about the log itself, and where it was removed. */
const describeSystem: DescribeAudit = ({ what, target, outcome, detail = {} }, names) => {
  if (what === 'audit.seal') return 'sealed the audit log';
  if (what === 'audit.accept')
    return `accepted ${plural(Number(detail['breaks'] ?? 0), 'break')} in the audit log: “${detail['reason'] ?? ''}”`;
  if (what === 'audit.prune')
    return `archived old lines of the audit log (${detail['from'] ?? '?'} to ${detail['to'] ?? '?'})`;
  if (what === 'places.leave')
    return `removed Gavel from ${isId(target) ? (names.place(target) ?? 'a channel') : target}`;
  return outcome === '' ? undefined : describeFormer(what, target);
};

/** Lines of versions that wrote each state of a deployment under its own name. */
function describeFormer(what: string, target: string): string | undefined {
  const state = /^deployments\.(succeeded|failed)$/.exec(what)?.[1];
  return state && `reported that ${target} ${state}`;
}

/** Names for the ids in these lines, looked up once. Rejects with `StoreUnavailableError`. */
export async function readNames(
  deps: Pick<FeatureDependencies, 'catalog' | 'clock' | 'placeName'>,
  deployments: Pick<Deployments, 'find'>,
  entries: readonly AuditEntry[],
  timeZone: string,
): Promise<AuditNames> {
  const catalog = deps.catalog();
  const now = deps.clock.now();
  const found = new Map<string, string>();
  const places = entries.flatMap(({ from, target, detail }) => [
    from,
    target.replace(/^setup of /, ''),
    detail?.['place'],
  ]);
  for (const id of new Set(places)) {
    const name = typeof id === 'string' && id !== '' ? await deps.placeName?.(id) : undefined;
    if (name !== undefined) found.set(String(id), name);
  }
  const labels = entries.flatMap(({ target }) => /^(?:D-\d{1,9}|[0-9a-f]{32}$)/.exec(target)?.[0] ?? []);
  for (const label of new Set(labels)) {
    const deployment = (await deployments.find(label))?.deployment;
    if (!deployment) continue;
    const { kind, service, version, environment, number } = deployment;
    if (!label.startsWith('D-')) {
      found.set(label, `D-${number}`);
      continue;
    }
    const isBack = kind === 'rollback';
    found.set(
      label,
      isBack
        ? `the rollback of ${service} to ${version} in ${environment}`
        : `${service} ${version} for ${environment}`,
    );
  }
  return {
    person: (id) => (id === 'gavel' ? 'Gavel' : cleanText(personName(catalog, id) ?? 'someone no longer listed', 60)),
    place: (id) => found.get(id),
    deployment: (label) => found.get(label),
    moment: (at) => momentInZone(at, now, timeZone),
  };
}
