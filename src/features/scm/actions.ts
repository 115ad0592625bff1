import { z } from 'zod';
import { defineAction } from '../../chat/contract';
import type { Action, Reply, Turn } from '../../chat/contract';
import { contributorIds } from '../../core/catalog/authors';
import { cannotSee, requireEverywhere, requireService } from '../../core/catalog/refusals';
import { personName, wholeService } from '../../core/catalog/rights';
import { UserError } from '../../core/errors';
import { plainText } from '../../core/text';
import { describeWhen } from '../../core/time/clock';
import type { Announcements } from '../announcements';
import type { FeatureDependencies } from '../contract';
import type { Reminders } from './effects';
import { attentionOf, readSource, requireSource, seenServices } from './facts';
import { countOf, describeReminder, manyOf } from './text';
import { nextReminderAt } from './workflow';

/** What people do about the source of a service: they have Gavel remind its reviewers. */

interface ReminderParts {
  readonly deps: FeatureDependencies;
  readonly reminders: Reminders;
  readonly announcements: Pick<Announcements, 'boundTo'>;
}

const Input = z.object({ id: z.string().min(1).max(100) });

export function sourceActions(parts: ReminderParts): Action[] {
  return [
    defineAction({
      verb: 'scm.remind',
      operation: 'remind-reviewers',
      input: Input,
      async acts({ person }, { id }) {
        requireRemind(parts, person.id, id);
        return [{ operation: 'remind-reviewers', reach: { service: id } }];
      },
      run: (turn, { id }) => remind(parts, turn, id),
    }),
  ];
}

/** Refuses everybody who can't deploy the service everywhere, before anything is read. */
function requireRemind({ deps: { catalog } }: ReminderParts, personId: string, service: string): void {
  const nothing = 'nobody was reminded';
  requireService(catalog(), service, nothing);
  if (!seenServices(catalog(), personId).has(service)) throw cannotSee(catalog(), { service });
  requireEverywhere(catalog(), personId, {
    right: 'deploy',
    scope: wholeService(catalog(), service),
    what: `remind reviewers of ${service}`,
    where: `${service} in every environment`,
  });
}

async function remind(parts: ReminderParts, turn: Turn, service: string): Promise<Reply> {
  const { deps, reminders, announcements } = parts;
  const { person, correlationId } = turn;
  requireRemind(parts, person.id, service);
  const source = requireSource(deps, person.id, service);
  const name = plainText(service, 40);
  const [channel] = await announcements.boundTo([service]);
  if (!channel)
    throw new UserError(
      `No channel was chosen for ${name}, so nobody was reminded. Type \`announce ${service}\` in the channel where it belongs.`,
    );
  const known = await reminders.last(service);
  if (known && known.turn !== correlationId && deps.clock.now() < nextReminderAt(known))
    throw tooSoon(deps, service, known);
  const report = await readSource(deps, service, source, []);
  const { requests } = report;
  if (requests.found !== 'all')
    throw new UserError(
      requests.found === 'none'
        ? `${plainText(report.system, 40)} doesn’t support pull requests, so nobody was reminded.`
        : `I couldn’t read the open pull requests in ${plainText(report.system, 40)}. Nobody was reminded. Try again later.`,
    );
  const { waiting } = attentionOf(report);
  if (waiting.length === 0)
    throw new UserError(
      `None of the ${manyOf(requests.value)} of ${name} has waited two days for a review, so nobody was reminded.`,
    );
  const { text, mentions } = describeReminder(
    { service, by: person.name, called: requests.value.called, waiting, now: report.readAt },
    { timeZone: deps.catalog().timeZone, known: (reviewer) => knownPerson(deps, reviewer) },
  );
  const { isOurs, reminder } = await reminders.remind(service, {
    ...{ by: person, placeId: channel.placeId, text, mentions, turn: correlationId },
  });
  if (!isOurs) throw tooSoon(deps, service, reminder);
  return {
    notice: `I reminded the reviewers of ${countOf(waiting.length, requests.value)} in ${plainText(channel.placeName, 80)}.`,
    audit: { target: service, outcome: 'reminded', detail: { place: channel.placeId } },
  };
}

function tooSoon(
  { clock, catalog }: FeatureDependencies,
  service: string,
  last: Parameters<typeof nextReminderAt>[0] & { readonly by: { readonly name: string } },
): UserError {
  const when = (time: number): string => describeWhen(time, clock.now(), catalog().timeZone);
  return new UserError(
    `${plainText(last.by.name, 60)} reminded the reviewers of ${plainText(service, 40)} ${when(last.at)}. Nobody was reminded again. You can remind them once a day, next ${when(nextReminderAt(last))}.`,
  );
}

/** The only person of the catalog with this name; undefined for teams, strangers, and names that several people have. */
function knownPerson({ catalog }: FeatureDependencies, name: string) {
  const [id, ...others] = contributorIds(catalog(), [{ name }]);
  const known = id === undefined || others.length > 0 ? undefined : personName(catalog(), id);
  return id === undefined || known === undefined ? undefined : { id, name: known };
}
