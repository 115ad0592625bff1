import { defineAction } from '../../chat/contract';
import type { CardContent, Feature, Reply, Turn } from '../../chat/contract';
import { cleanText, plainText } from '../../core/text';
import { describeCount, olderInput, readOlder, refuseOldCursor, showOlder } from '../../core/text/older-entries';
import type { Older } from '../../core/text/older-entries';
import { footerTime, timeOfDay, weekdayAndDay } from '../../core/time/clock';
import type { AuditEntry } from '../../store/contract';
import type { FeatureDependencies } from '../contract';
import { createExport } from '../exports';
import { auditList } from './list';
import { readQuestion } from './parse';
import type { AuditNeeds, AuditParts } from './parse';
import { describeLine, isDamaged, readNames } from './text';

/** `audit [filter]`: who did what, when, and the outcome. Changes nothing. */

const shownRows = 15;
const dayMs = 86_400_000;

/** The command `audit` and its pages. */
export function createAudits(deps: FeatureDependencies, needs: AuditNeeds): { feature: Feature } {
  const given = { deps, ...needs };
  const parts: ShownParts = { ...given, exported: createExport(deps, auditList(given)) };
  return {
    feature: {
      name: 'audits',
      commands: [
        {
          name: 'audit',
          phrasings: [
            'audit log|trail [{filter}]',
            { say: 'export|download [the] audit [log|trail] [of|for] [{filter}]', fixed: { filter: 'as csv' } },
            { say: 'who restarted {filter}', fixed: { filter: 'restart' } },
            { say: 'who froze {filter}', fixed: { filter: 'frozen' } },
            { say: 'who changed [the] roles|permissions|rights [of] [{filter}]', fixed: { filter: 'roles' } },
            'what did {filter:person} do [{filter}]',
            'who changed what [{filter}]',
          ],
          isInFront: true,
          operation: 'look',
          synonyms: ['audits', 'who did'],
          summary: 'Search the audit log',
          topic: 'Look',
          arguments: [
            {
              name: 'filter',
              kind: 'phrase',
              summary: 'a person, service, environment, outcome, or time, in any order',
            },
          ],
          examples: [
            'audit today',
            'audit me last week',
            'audit production failed yesterday',
            'audit D-1042',
            'audit last week as csv',
          ],
          right: 'audit',
          run: (turn, args) => answerAudit(parts, turn, args['filter'] ?? ''),
        },
      ],
      actions: [
        defineAction({
          verb: 'audits.older',
          operation: 'look',
          input: olderInput,
          run: async (turn, { id }) => {
            const older = readOlder(id, 'audit');
            return showAudit(parts, turn, older.words, older);
          },
        }),
        ...parts.exported.actions,
      ],
    },
  };
}

interface ShownParts extends AuditParts {
  readonly exported: Pick<ReturnType<typeof createExport>, 'actions' | 'buttons' | 'answer'>;
}

async function answerAudit(parts: ShownParts, turn: Turn, filter: string): Promise<Reply> {
  return parts.exported.answer(turn, filter, parts.deps.clock.now()) ?? showAudit(parts, turn, filter);
}

async function showAudit(parts: ShownParts, turn: Turn, text: string, from?: Older): Promise<Reply> {
  const { deps, deployments, features } = parts;
  const now = deps.clock.now();
  const at = Math.min(now, from?.at ?? now);
  const { title: said, filter, timeZone } = await readQuestion(parts, turn, text, at);
  const search = deps.store.audit.search({
    ...filter,
    limit: shownRows,
    ...(from && { cursor: from.cursor }),
  });
  const page = await refuseOldCursor('audit', search);
  const count = describeCount(page.count, page.isCountExact);
  const names = await readNames(deps, deployments, page.entries, timeZone);
  return {
    card: 'audits/list',
    data: {
      kind: 'Audit log',
      title: said === '' ? 'Everything' : plainText(said, 80),
      summary: `Audit log: ${count}${said === '' ? '' : `, ${cleanText(said, 80)}`}`,
      sentence:
        page.count === 0
          ? '**Nothing matches.** Try fewer words, or another day.'
          : `**${count}**, newest first${from ? ' (continued)' : ''}.`,
      days: drawDays(page.entries, (entry) => describeLine(entry, features(), names), timeZone, now),
      more: page.older === undefined && from ? 'There are no older entries.' : '',
      actions: [
        ...showOlder('audits.older', { words: text, at, cursor: page.older }),
        ...(page.count === 0 ? [] : parts.exported.buttons(text, at)),
      ],
      footer: `${footerTime(now, timeZone)} · ref\u00a0${turn.reference} · check it with npx gavel audit verify`,
    },
  };
}

type AuditDays = CardContent<'audits/list'>['data']['days'];

/** Lines grouped by day, as raw text for `TextRun`s. */
export function drawDays(
  entries: readonly AuditEntry[],
  describe: (entry: AuditEntry) => { readonly who: string; readonly text: string },
  timeZone: string,
  now: number,
): AuditDays {
  const days: { day: string; entries: AuditDays[number]['entries'][number][] }[] = [];
  for (const entry of entries) {
    const day = isDamaged(entry) ? 'Unknown day' : dayOf(entry.at, timeZone, now);
    if (days.at(-1)?.day !== day) days.push({ day, entries: [] });
    const { who, text } = describe(entry);
    const time = isDamaged(entry) ? '–' : timeOfDay(entry.at, timeZone);
    days.at(-1)?.entries.push({ time, who: cleanText(who, 60), text: cleanText(text, 300) });
  }
  return days;
}

/** `Today, Fri, Nov 20` */
function dayOf(at: number, timeZone: string, now: number): string {
  const day = weekdayAndDay(at, timeZone);
  if (now - at < dayMs && day === weekdayAndDay(now, timeZone)) return `Today, ${day}`;
  const year = new Date(at).getUTCFullYear();
  return year === new Date(now).getUTCFullYear() ? day : `${day} ${year}`;
}
