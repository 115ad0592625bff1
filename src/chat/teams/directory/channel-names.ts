import type { Activity } from 'botbuilder';
import { withTimeLimit } from '../../../core/concurrency';
import { keepRecent } from '../../../core/keys';
import type { Clock } from '../../../core/time/clock';
import type { Logger } from '../../../core/telemetry/logger';
import { cleanText } from '../../../core/text';
import type { Place } from '../../contract';
import type { ConnectorClient } from '../out/connector-client';
import { channelDataOf, placeFromActivity } from '../in/inbound';
import type { KnownPlace, Places } from './places';
import type { Collection } from '../../../store/contract';

/**
 * How channels are called. Teams never says it in a message: it is asked for once for each team, kept with the place, and kept fresh by what
 * Teams tells about that very channel.
 */
export interface ChannelNames {
  /** Where this activity comes from, by its name; waits for Teams a moment at most, and then says "this channel" as long as nothing is known. */
  placeOf(activity: Activity): Promise<Place>;
  /** Teams tells that a channel, a team or a chat is called differently. */
  learn(activity: Activity): Promise<void>;
}

interface ChannelNamesOptions {
  readonly client: Pick<ConnectorClient, 'call'>;
  readonly places: Places;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A channel that Teams did not list, a private one say, is asked for again after this. */
const askedAgainMs = 10 * 60_000;
const maxTeams = 1_000;
/** Whoever writes waits no longer for a name. */
const maxWaitMs = 1_000;

export function createChannelNames(options: ChannelNamesOptions): ChannelNames {
  const { client, places, clock, logger } = options;
  /** Teams that were asked about lately, and those that are being asked. */
  const asked = new Map<string, { readonly at: number; readonly answer: Promise<void> }>();

  /** Asks Teams for all channels of this team, and keeps their names. Never rejects. */
  function ask(teamId: string, serviceUrl: string): Promise<void> {
    const last = asked.get(teamId);
    if (last && clock.elapsed() - last.at < askedAgainMs) return last.answer;
    const answer = client
      .call(serviceUrl, 'GET', `v3/teams/${encodeURIComponent(teamId)}/conversations`)
      .then((listed) => places.keepNames(teamId, namesIn(listed)))
      .catch((error: unknown) => logger.warn({ error, teamId }, 'Teams did not tell how the channels are called'));
    keepRecent(asked, teamId, { at: clock.elapsed(), answer }, maxTeams);
    return answer;
  }

  return {
    async placeOf(activity) {
      const place = placeFromActivity(activity);
      if (place.kind === 'personal') return place;
      const known = await places.nameOf(place.id);
      if (known !== undefined) return { ...place, name: known };
      const teamId = channelDataOf(activity).team?.id;
      if (place.kind !== 'channel' || teamId === undefined || teamId === place.id) return place;
      await withTimeLimit(ask(teamId, activity.serviceUrl), maxWaitMs);
      return { ...place, name: (await places.nameOf(place.id)) ?? place.name };
    },
    async learn(activity) {
      const { eventType, channel, team } = channelDataOf(activity);
      const teamId = team?.id;
      if (eventType === 'teamRenamed' && teamId !== undefined) {
        asked.delete(teamId);
        return ask(teamId, activity.serviceUrl);
      }
      const isAboutChannel = ['channelCreated', 'channelRenamed', 'channelRestored'].includes(eventType ?? '');
      if (isAboutChannel && teamId !== undefined && channel?.id !== undefined)
        await places.keepNames(teamId, namesIn([channel]));
      const { topicName } = activity as { topicName?: unknown };
      if (typeof topicName === 'string' && placeFromActivity(activity).kind === 'group')
        await places.keepName(activity.conversation.id, cleanText(topicName, 80));
    },
  };
}

/** Names by the ids of channels. General comes without one, for each client shows it in its own language. */
export function namesIn(answer: unknown): ReadonlyMap<string, string> {
  const { conversations } = Array.isArray(answer)
    ? { conversations: answer }
    : ((answer ?? {}) as { conversations?: unknown });
  const names = new Map<string, string>();
  for (const each of Array.isArray(conversations) ? (conversations as unknown[]) : []) {
    const { id, name } = (each ?? {}) as { id?: unknown; name?: unknown };
    const words = typeof name === 'string' ? cleanText(name, 80) : '';
    if (typeof id === 'string' && words !== '') names.set(id, words);
  }
  return names;
}

/** How places are called, as Teams told it: kept with the place, and for a while in memory, also of channels where nobody has spoken yet. */
interface PlaceNames {
  nameOf(placeId: string): Promise<string | undefined>;
  /** What was told of late, for a place that is about to be kept. */
  latestName(placeId: string): Pick<KnownPlace, 'name' | 'namedAt'> | undefined;
  keep(placeId: string, name: string): Promise<void>;
  /** `known`: those of them that are kept. */
  keepAll(names: ReadonlyMap<string, string>, known: ReadonlySet<string>): Promise<void>;
}

interface PlaceNamesOptions {
  readonly places: Collection<KnownPlace>;
  readonly place: (placeId: string) => Promise<KnownPlace | undefined>;
  readonly clock: Clock;
}

/** Another instance may have heard of a new name meanwhile. */
const believedMs = 60_000;
const maxRemembered = 5_000;

export function createPlaceNames({ places, place, clock }: PlaceNamesOptions): PlaceNames {
  const heard = new Map<string, { readonly name: string; readonly namedAt: number; readonly at: number }>();

  function remember(placeId: string, name: string, namedAt: number): void {
    keepRecent(heard, placeId, { name, namedAt, at: clock.elapsed() }, maxRemembered);
  }

  function latestName(placeId: string): Pick<KnownPlace, 'name' | 'namedAt'> | undefined {
    const found = heard.get(placeId);
    return found && { name: found.name, namedAt: found.namedAt };
  }

  async function write(placeId: string, name: string): Promise<void> {
    await places.update(placeId, (known) =>
      known.name === name && known.namedAt !== undefined ? undefined : { ...known, name, namedAt: clock.now() },
    );
  }

  return {
    latestName,
    async nameOf(placeId) {
      const last = heard.get(placeId);
      if (last && clock.elapsed() - last.at < believedMs) return last.name;
      const kept = await place(placeId);
      if (kept?.namedAt === undefined) return last?.name;
      remember(placeId, kept.name, kept.namedAt);
      return kept.name;
    },
    async keep(placeId, name) {
      remember(placeId, name, clock.now());
      await write(placeId, name);
    },
    async keepAll(names, known) {
      for (const [id, name] of names) {
        remember(id, name, clock.now());
        if (known.has(id)) await write(id, name);
      }
    },
  };
}
