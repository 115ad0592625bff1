import type { CardContent, Command, Turn } from '../../chat/contract';
import { bandState } from '../../core/card';
import type { ApprovalRule, Catalog, CatalogEnvironment } from '../../core/catalog';
import { neededApprovals } from '../../core/catalog/needed-approvals';
import { notThereError, requirePlace } from '../../core/catalog/refusals';
import { describeSeat, ruleSentence, seatHolders, stagesOf } from '../../core/catalog/rights';
import type { Target } from '../../core/catalog/rights';
import { lookUp } from '../../core/keys';
import { capitalize, cleanText, enumerateFew, plainText, plural, quoteClean } from '../../core/text';
import { describeDuration, describeMoment, footerTime } from '../../core/time/clock';
import { drawList } from '../contract';
import type { FeatureDependencies } from '../contract';
import { describeFreeze } from '../freezes';
import type { Freeze, Freezes } from '../freezes';
import type { HeldLock, Locks } from '../locks';

type Row = CardContent<'policy/list'>['data']['rows'][number];

/** `policy <service> in <environment>`: every rule there, in words. */
export function policyCommand(
  deps: FeatureDependencies,
  sources: { readonly freezes: Freezes; readonly locks: Locks },
): Command {
  return {
    name: 'policy show',
    phrasings: [
      'what are the rules|approvals [for|of|in] {service} [in] [{environment}]',
      'what are the rules for deploying {service} [to|in] [{environment}]',
      'who (must|has to|needs to|should) approve {service} [in|to|for] [{environment}]',
      'who has|needs to approve deployments|deploying|releases of {service} [in|to] [{environment}]',
      'how many approvals does|do {service} need [in|for] [{environment}]',
      'does {service} need [an] approval|approvals [in|for] [{environment}]',
      'do i need [an] approval|approvals for {service} [in|to] [{environment}]',
      'why is {service} blocked [in] [{environment}]',
      'can i deploy {service} to {environment} without [an] approval',
    ],
    operation: 'look',
    synonyms: ['policy', 'rules'],
    summary: 'Show the rules for a service: approvals and freezes',
    shows: ['freezes', 'locks', 'granted-rights'],
    topic: 'Look',
    arguments: [
      { name: 'service', kind: 'service', summary: 'which service', required: true },
      { name: 'environment', kind: 'environment', summary: 'where', keyword: 'in', required: true },
    ],
    examples: ['policy show shop in production'],
    right: 'view',
    async run(turn, { service = '', environment = '' }) {
      const catalog = deps.catalog();
      requirePlace(catalog, service, environment, 'there is nothing to show');
      const rules = lookUp(catalog.environments, environment);
      if (!rules) throw notThereError(service, environment, []);
      const target = { service, environment };
      const [upcoming, lock] = await Promise.all([sources.freezes.upcoming(target), sources.locks.held(target)]);
      return drawPolicy(deps, turn, { catalog, target, rules, upcoming, lock });
    },
  };
}

interface PolicyView {
  readonly catalog: Catalog;
  readonly target: Target;
  readonly rules: CatalogEnvironment;
  readonly upcoming: readonly Freeze[];
  readonly lock: HeldLock | undefined;
}

function drawPolicy(deps: FeatureDependencies, turn: Turn, { catalog, target, rules, upcoming, lock }: PolicyView) {
  const now = deps.clock.now();
  const { timeZone } = catalog;
  const name = `${target.service} in ${target.environment}`;
  const frozen = upcoming.some((freeze) => freeze.from <= now);
  const inLine = lock && plural(lock.inLine.length, 'person', 'people');
  const freezes = { action: `Show freezes of ${name}`, line: `freezes ${name}` };
  const rows: Row[] = [
    ...(['deploy', 'rollback', 'restart'] as const).map((kind) =>
      row('•', capitalize(kind), describeApprovals(catalog, kind, target)),
    ),
    row('•', 'Verification', afterwards(rules)),
    ...(lock
      ? [
          row('▣', 'Locked', `${lock.person.name}: ${quoteClean(lock.reason)}; ${inLine} in line`, {
            ...{ color: 'Warning', action: `Show the lock of ${name}`, line: `locks ${name}` },
          }),
        ]
      : []),
    ...upcoming.map((freeze) =>
      freeze.from <= now
        ? row('❅', 'Frozen', describeFreeze(freeze, now, timeZone), { color: 'Warning', ...freezes })
        : row(
            '•',
            'Upcoming freeze',
            `from ${describeMoment(freeze.from, now, timeZone)}: ${quoteClean(freeze.reason)}`,
            freezes,
          ),
    ),
  ];
  return drawList(deps, turn, {
    kind: 'Policy',
    ...(lock ? { state: bandState('locked') } : frozen && { state: bandState('frozen') }),
    title: name,
    summary: `Policy for ${name}`,
    sentence: sentenceOf(target, rules, frozen, lock),
    rows,
    footer: `From the catalog · ${footerTime(now, timeZone)} · ref\u00A0${turn.reference}`,
  });
}

function sentenceOf(
  { service, environment }: Target,
  rules: CatalogEnvironment,
  frozen: boolean,
  lock: HeldLock | undefined,
): string {
  if (lock)
    return `**Only ${plainText(lock.person.name, 60)} can change ${service} in ${environment} while it’s locked.**`;
  if (frozen)
    return `**Nobody can deploy ${service} to ${environment} without an override.** People with the ${rules.freezeOverride} role can override the freeze with a reason.`;
  return `**Open for changes.** Risk: ${rules.risk}.`;
}

/** `1 approval from an admin. Then 1 approval from an approver (Avery); expires after 8 h` */
function describeApprovals(catalog: Catalog, kind: 'deploy' | 'rollback' | 'restart', target: Target): string {
  const { before, rule } = neededApprovals(catalog, kind, target);
  const first = before && describeRule(catalog, before, target);
  if (!rule) return first ?? 'No approval needed';
  return [first, describeRule(catalog, rule, target)].filter((each) => each !== undefined).join('. Then ');
}

/** The rule with the people of its first stage, and how long a request is valid. */
function describeRule(catalog: Catalog, rule: ApprovalRule, target: Target): string {
  const [first] = stagesOf(rule);
  if (!first) return ruleSentence(rule);
  const names = seatHolders(catalog, first, target).map(({ name }) => name);
  const who = names.length === 0 ? 'nobody yet' : enumerateFew(names, 'or');
  const escalation =
    rule.escalateTo && rule.escalateAfterSeconds !== undefined
      ? `; after ${describeDuration(rule.escalateAfterSeconds * 1000)} also by ${describeSeat(rule.escalateTo)}`
      : '';
  return `${ruleSentence(rule, 'the requester', who)}${escalation}; expires after ${describeDuration(rule.expiresAfterSeconds * 1000)}`;
}

function afterwards({ verifyForSeconds, rollBackAutomatically }: CatalogEnvironment): string {
  const back = rollBackAutomatically
    ? 'rolled back automatically if unhealthy'
    : 'needs a person’s decision if unhealthy';
  return `Verified for ${describeDuration(verifyForSeconds * 1000)}; ${back}`;
}

/** What a click on a row shows: the answer to a line. */
interface RowLook {
  readonly color?: string;
  readonly action?: string;
  readonly line?: string;
}

function row(glyph: string, name: string, words: string, look: RowLook = {}): Row {
  const { color = 'Default', action, line } = look;
  const lead = action !== undefined && line !== undefined && { action, verb: 'chat.run', id: line };
  return { glyph, color, name, words: cleanText(words, 300), when: '', ...lead };
}
