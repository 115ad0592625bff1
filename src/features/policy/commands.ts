import type { Arguments, CardContent, Command, Reply, Turn } from '../../chat/contract';
import { ruleSentence, seatHolders, describeSeat, stagesOf } from '../../core/catalog/rights';
import type { ApprovalRule, CatalogEnvironment } from '../../core/catalog';
import { lookUp } from '../../core/keys';
import { bandState } from '../../core/card';
import { capitalize, cleanText, enumerate, plural } from '../../core/text';
import { describeDuration, footerTime, describeMoment } from '../../core/time/clock';
import { notThereError, requirePlace } from '../../core/catalog/refusals';
import type { FeatureDependencies } from '../contract';
import { drawList } from '../contract';
import { describeFreeze } from '../freezes';
import type { Freezes } from '../freezes';
import type { Locks } from '../locks';
import type { PolicyTarget } from './contract';

interface Sources {
  readonly freezes: Freezes;
  readonly locks: Locks;
}

type Row = CardContent<'policy/list'>['data']['rows'][number];

/** `policy <service> in <environment>`: every rule there, in words. */
export function policyCommand(deps: FeatureDependencies, sources: Sources): Command {
  return {
    name: 'policy',
    operation: 'look',
    synonyms: ['rules'],
    summary: 'The rules for a service: who approves, what is frozen',
    topic: 'Look',
    arguments: [
      { name: 'service', kind: 'service', summary: 'which service', required: true },
      { name: 'environment', kind: 'environment', summary: 'where', keyword: 'in', required: true },
    ],
    examples: ['policy shop in production'],
    right: 'view',
    run: (turn, args) => show(deps, sources, turn, args),
  };
}

async function show(
  deps: FeatureDependencies,
  { freezes, locks }: Sources,
  turn: Turn,
  args: Arguments,
): Promise<Reply> {
  const { service = '', environment = '' } = args;
  const catalog = deps.catalog();
  requirePlace(catalog, service, environment, 'there is nothing to show');
  const rules = lookUp(catalog.environments, environment);
  if (!rules) throw notThereError(service, environment, []);
  const target = { service, environment };
  const now = deps.clock.now();
  const { timeZone } = catalog;
  const [upcoming, lock] = await Promise.all([freezes.upcoming(target), locks.held(target)]);
  const frozen = upcoming.some((freeze) => freeze.from <= now);
  const rows: Row[] = [
    ...(['deploy', 'rollback', 'restart'] as const).map((kind) =>
      row('•', capitalize(kind), describeRule(rules[kind], whoNames(deps, rules[kind], target))),
    ),
    row('•', 'Afterwards', afterwards(rules)),
    ...(lock
      ? [
          row(
            '▣',
            'Locked',
            `${lock.person.name}: ${lock.reason}; ${plural(lock.waiting, 'person', 'people')} in line`,
            'Warning',
          ),
        ]
      : []),
    ...upcoming.map((freeze) =>
      freeze.from <= now
        ? row('❅', 'Frozen', describeFreeze(freeze, now, timeZone), 'Warning')
        : row('○', 'Freeze', `from ${describeMoment(freeze.from, now, timeZone)}: ${freeze.reason}`),
    ),
  ];
  const state = lock ? 'locked' : frozen ? 'frozen' : 'done';
  return drawList(deps, turn, {
    kind: 'Policy',
    state: state === 'done' ? { ...bandState('done'), word: 'Open', tone: 'emphasis' } : bandState(state),
    title: `${service} in ${environment}`,
    summary: `Policy of ${service} in ${environment}`,
    sentence: sentenceOf(rules, frozen, lock !== undefined),
    rows,
    footer: `From the catalog · ${footerTime(now, timeZone)} · ref ${turn.reference}`,
  });
}

function sentenceOf(rules: CatalogEnvironment, frozen: boolean, locked: boolean): string {
  if (locked) return '**Only the holder of the lock changes it now.**';
  if (frozen) return `**Nobody deploys here now**; the role ${rules.freezeOverride} may override that with a reason.`;
  return `**Open for changes**, risk ${rules.risk}.`;
}

/** The rule with the people of its first stage, and how long a request lives. */
function describeRule(rule: ApprovalRule, who: string): string {
  if (rule.required === 0) return ruleSentence(rule);
  const escalation =
    rule.escalateTo && rule.escalateAfterSeconds !== undefined
      ? `; after ${describeDuration(rule.escalateAfterSeconds * 1000)} also ${describeSeat(rule.escalateTo)}`
      : '';
  return `${ruleSentence(rule)} (${who})${escalation}; expires after ${describeDuration(rule.expiresAfterSeconds * 1000)}`;
}

function whoNames({ catalog }: FeatureDependencies, rule: ApprovalRule, target: PolicyTarget): string {
  const [first] = stagesOf(rule);
  const names = first ? seatHolders(catalog(), first, target).map(({ name }) => name) : [];
  if (names.length === 0) return 'nobody yet';
  return enumerate(names.length > 4 ? [...names.slice(0, 3), `${names.length - 3} more`] : names, 'or');
}

function afterwards({ verifyForSeconds, rollBackAutomatically }: CatalogEnvironment): string {
  const back = rollBackAutomatically ? 'put back by itself if unwell' : 'people decide if unwell';
  return `Watched for ${describeDuration(verifyForSeconds * 1000)}, ${back}`;
}

function row(glyph: string, name: string, words: string, color = 'Default'): Row {
  return { glyph, color, name, words: cleanText(words, 300), when: '' };
}
