import { z } from 'zod';
import type { Turn } from '../../../chat/contract';
import { UserError } from '../../../core/errors';
import { jsonIn } from '../../../core/text';
import type { FeatureDependencies } from '../../contract';
import { createScopedStore } from '../../scopes';
import type { ScopedEntry, ScopedStore, ScopeKind } from '../../scopes';
import type { PipelineChoice } from '../contract';

/** Pipelines with their values that people save under a name. A right is checked when one is prepared. */

export interface SavedRuns extends Pick<ScopedStore, 'list' | 'personalData'> {
  /** Saves it under this name. Throws `UserError` for a name that can't be one. */
  keep(turn: Turn, name: string, kind: ScopeKind, run: PipelineChoice): Promise<ScopedEntry>;
  /** The nearest one with this name. */
  find(turn: Turn, name: string): Promise<PipelineChoice | undefined>;
  /** Removes the nearest one with this name; undefined if there is none. */
  remove(turn: Turn, name: string, kind: ScopeKind | undefined): Promise<ScopeKind | undefined>;
}

const nameForm = /^[\p{L}\p{N}][\p{L}\p{N}\p{M}_.-]{0,39}$/u;
const reserved = new Set(['again', 'keep', 'favorites', 'remove', 'list', 'pipeline', 'it']);

const Saved = z.object({
  connection: z.string(),
  pipeline: z.string(),
  title: z.string(),
  values: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
});

export function createSavedRuns(deps: FeatureDependencies): SavedRuns {
  const { put, find, list, remove, personalData } = createScopedStore(deps, {
    name: 'savedRuns',
    one: 'a run',
    most: { personal: 50, place: 50, everybody: 50 },
  });
  return {
    ...{ list, personalData },
    async keep(turn, typed, kind, { connection, pipeline, title, values }) {
      const name = typed.trim().toLowerCase();
      if (!nameForm.test(name))
        throw new UserError(
          'A name must be one word of at most 40 characters: letters, digits, `-`, `_`, or `.`. Nothing was saved.',
        );
      if (reserved.has(name)) throw new UserError(`\`run ${name}\` is already a command. Nothing was saved.`);
      return put(turn, kind, name, JSON.stringify({ connection, pipeline, title, values }));
    },
    async find(turn, typed) {
      const entry = await find(turn, typed.toLowerCase());
      return entry && savedIn(entry);
    },
    remove: (turn, name, kind) => remove(turn, name.trim().toLowerCase(), kind),
  };
}

/** What an entry says; undefined if it can't be read. */
export function savedIn({ text }: Pick<ScopedEntry, 'text'>): PipelineChoice | undefined {
  return Saved.safeParse(jsonIn(text)).data;
}
