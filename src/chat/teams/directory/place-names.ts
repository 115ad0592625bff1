import { keepRecent } from '../../../core/keep-recent';
import type { Clock } from '../../../core/time/clock';
import type { Collection } from '../../../store/contract';
import type { KnownPlace } from './places';

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
