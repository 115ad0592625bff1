import type { Arguments, Command, Reply, Turn } from '../../../chat/contract';
import { statuses } from '../../../core/card';
import { requireService, unknownName } from '../../../core/catalog/refusals';
import { may } from '../../../core/catalog/rights';
import { MissingWordError, UserError } from '../../../core/errors';
import { lookUp } from '../../../core/keys';
import { cleanText, enumerate, plainText, plural } from '../../../core/text';
import { describeMoment } from '../../../core/time/clock';
import { drawList } from '../../contract';
import type { HealthReport } from '../../health';
import { changesBetween } from '../checks';
import { sourceOf } from '../picker/facts';
import type { PickerParts } from '../picker/facts';

/** The releases of a service, and the commits between two of them. */

type ReleaseParts = Pick<PickerParts, 'deps' | 'health'>;

const shownReleases = 12;
const shownCommits = 15;

export function releaseCommands(parts: ReleaseParts): Command[] {
  const look = { operation: 'look', topic: 'Look', right: 'view' } as const;
  return [
    {
      ...look,
      name: 'releases',
      summary: 'List the releases of a service and where they are live',
      phrasings: [
        '[which|what|all] releases|versions [are there] [of|for] {service}',
        'which|what releases|versions does {service} have',
        'which|what release|version can|could [i|we] deploy [of|for] {service}',
        'what can i|we deploy [of|for] [{service}]',
        'latest|newest|last release|version [of|for] {service}',
        'what is the latest|newest|last release|version [of|for] {service}',
        'is there a|any new|newer release|version [of|for] {service}',
        'list releases [of|for] {service}',
        '{service} releases|versions',
        'when was {service} [last] released',
      ],
      shows: ['deployments', 'health'],
      arguments: [{ name: 'service', kind: 'service', summary: 'whose releases', required: true }],
      examples: ['releases shop'],
      run: (turn, { service = '' }) => showReleases(parts, turn, service),
    },
    {
      ...look,
      name: 'changelog',
      summary: 'List the commits between two releases',
      phrasings: [
        'what is [new] in {service} {range}',
        'what changed in {service} {range:release}',
        'what changed between {range:release} and {range:release} [in|of] [{service}]',
        'what changed from {range:release} to {range:release} [in|of] [{service}]',
        '[difference|differences|diff|commits|changes] between {range:release} and {range:release} [in|of] [{service}]',
        'release notes [of|for] {service} [{range}]',
        'commits|changes in|of|for {service} [{range}]',
        '{service} changelog|changes [{range}]',
        'compare {range:release} and|with|to {range:release} [in|of] [{service}]',
        'compare {service} {range:release} and|with|to {range:release}',
        'what is the difference between {range:release} and {range:release} [of|in] [{service}]',
        'what does {service} {range:release} change|contain|bring',
      ],
      arguments: [
        { name: 'service', kind: 'service', summary: 'whose releases' },
        { name: 'range', kind: 'phrase', summary: 'two releases, such as 2.13.2..2.14.0, or one', label: 'Releases' },
      ],
      examples: ['changelog shop', 'changelog shop 2.13.2..2.14.0'],
      run: (turn, args) => showChangelog(parts, turn, args),
    },
  ];
}

async function showReleases({ deps, health }: ReleaseParts, turn: Turn, service: string): Promise<Reply> {
  const catalog = deps.catalog();
  requireService(catalog, service, 'there is nothing to show');
  const [releases, reports] = await Promise.all([
    sourceOf(deps, service).releases(),
    liveReleases({ deps, health }, turn, service),
  ]);
  const whereLive = (version: string): string[] =>
    reports.flatMap((each) => (each.live.running?.version === version ? [each.environment] : []));
  const now = deps.clock.now();
  const [newest] = releases;
  return drawList(deps, turn, {
    kind: 'Releases',
    title: `Releases of ${service}`,
    summary: `Releases of ${service}: ${newest === undefined ? 'none' : `the newest is ${cleanText(newest.version, 40)}`}`,
    sentence:
      newest === undefined
        ? `**${plainText(service, 40)} has no releases yet.**`
        : `**${plainText(newest.version, 40)} is the newest.** ${describeLive(reports)}.`,
    most: shownReleases,
    rows: releases.map(({ version, commit, createdAt }) => {
      const { glyph, color } = whereLive(version).length > 0 ? statuses.healthy : { glyph: '·', color: 'Default' };
      const place = whereLive(version).length > 0 ? ` · live in ${enumerate(whereLive(version))}` : '';
      return {
        ...{ glyph, color },
        name: cleanText(version, 60),
        words: `commit ${cleanText(commit.slice(0, 7))}${place}`,
        when: describeMoment(createdAt, now, catalog.timeZone),
        action: cleanText(`Show what ${version} changed`, 60),
        ...{ verb: 'chat.run', id: `changelog ${service} ${version}` },
      };
    }),
  });
}

/** What is live where this person can view it. */
async function liveReleases({ deps, health }: ReleaseParts, { person }: Turn, service: string) {
  const catalog = deps.catalog();
  const environments = (lookUp(catalog.services, service)?.environments ?? []).filter((environment) =>
    may(catalog, person.id, 'view', { service, environment }),
  );
  return Promise.all(environments.map((environment) => health.report(service, environment)));
}

/** `2.14.0 is live in production and Gavel couldn’t read what is live in staging` */
function describeLive(reports: readonly HealthReport[]): string {
  const unread = reports.filter(({ live }) => live.found === 'cannot tell').map(({ environment }) => environment);
  const versions = reports.flatMap(({ live: { running } }) => (running ? [running.version] : []));
  const described = [...new Set(versions)].map((version) => {
    const there = reports.filter(({ live }) => live.running?.version === version);
    return `${plainText(version, 40)} is live in ${enumerate(there.map(({ environment }) => environment))}`;
  });
  if (unread.length > 0) described.push(`Gavel couldn’t read what is live in ${enumerate(unread)}`);
  const seen = reports.map(({ environment }) => environment);
  return described.length === 0 ? `Nothing is live in ${enumerate(seen, 'or')}` : enumerate(described);
}

async function showChangelog(parts: ReleaseParts, turn: Turn, args: Arguments): Promise<Reply> {
  const { deps } = parts;
  const [first, second] = releasesIn(args['range'] ?? '');
  const service = args['service'] ?? (await serviceWith(parts, turn, [first, second]));
  requireService(deps.catalog(), service, 'there is nothing to show');
  const source = sourceOf(deps, service);
  const all = (await source.releases()).map(({ version }) => version);
  for (const version of [first, second])
    if (version !== undefined && !all.includes(version) && !(await source.release(version)))
      throw unknownName('release', version, all, 'there is nothing to show', ` of ${service}`);
  const to = second ?? first ?? all[0];
  if (to === undefined) throw new UserError(`${plainText(service, 40)} has no releases yet.`);
  // A single release is compared with the previous one.
  const from = second === undefined ? all[all.indexOf(to) + 1] : first;
  const { commits, direction } = await changesBetween(source, from, to);
  const now = deps.clock.now();
  const between =
    from === undefined ? `in ${plainText(to, 40)}` : `from ${plainText(from, 40)} to ${plainText(to, 40)}`;
  const isBack = direction === 'back';
  return drawList(deps, turn, {
    kind: 'Changelog',
    title: cleanText(from === undefined ? `${service} ${to}` : `${service} ${from} to ${to}`, 100),
    summary: `${service}: ${plural(commits.length, 'commit')} ${cleanText(between, 90)}`,
    sentence:
      commits.length === 0
        ? `**Nothing changed** ${between}.`
        : `**${plural(commits.length, 'commit')}** ${between}, newest first.${isBack ? ` ${plainText(to, 40)} is older, so it doesn’t have these commits.` : ''}`,
    most: shownCommits,
    rows: commits.map(({ id, message, author, committedAt }) => ({
      glyph: isBack ? '−' : '+',
      name: cleanText(message, 120),
      words: cleanText(`${author} · ${id.slice(0, 7)}`, 80),
      when: describeMoment(committedAt, now, deps.catalog().timeZone),
    })),
  });
}

/** `2.13.2..2.14.0`, `from 2.13.2 to 2.14.0`, `2.14.0`. */
function releasesIn(range: string): readonly (string | undefined)[] {
  const words = range
    .split(/\.{2,3}|\s+/)
    .filter((word) => !/^(?:|from|to|and|until|between|since|in|of|[-–→])$/i.test(word));
  if (words.length > 2)
    throw new UserError(`Name one or two releases. For example, type \`changelog shop 2.13.2..2.14.0\`.`);
  return words;
}

/** The one service that has all of these releases. */
async function serviceWith(
  { deps }: ReleaseParts,
  { person }: Turn,
  versions: readonly (string | undefined)[],
): Promise<string> {
  const catalog = deps.catalog();
  const wanted = versions.filter((version) => version !== undefined);
  const visible = Object.entries(catalog.services).flatMap(([service, { environments }]) =>
    environments.some((environment) => may(catalog, person.id, 'view', { service, environment })) ? [service] : [],
  );
  const having = await Promise.all(
    visible.map(async (service) => {
      const source = deps.systems.source(service);
      const found = await Promise.all(wanted.map(async (version) => source?.release(version).catch(() => undefined)));
      return found.every((release) => release !== undefined) ? [service] : [];
    }),
  );
  const [only, ...others] = having.flat();
  if (only !== undefined && others.length === 0) return only;
  throw new MissingWordError(
    'service',
    'I can’t tell which service you mean. Type its name, too. For example, type `changelog shop 2.13.2..2.14.0`.',
  );
}
