import assert from 'node:assert/strict';
import { createFeatures } from '../../../src/features';
import { createFakeWorld } from '../../features/fakes';
import { repetitions, stepsOf, typedTextReaders } from './typed-text-readers';
import type { TypedTextReader } from './typed-text-readers';

/** Counts steps, never time: twice the input takes at most about twice the steps, whatever the input repeats. */
describe('a parser of typed text', () => {
  let readers: readonly TypedTextReader[];
  before(async () => {
    const world = createFakeWorld();
    readers = typedTextReaders(createFeatures(world.deps).features.flatMap(({ commands = [] }) => commands));
    await world.close();
  });

  for (const length of [120, 900])
    it(`takes steps in proportion to ${length} characters of its own words, repeated`, () => {
      for (const reader of readers.filter(({ growsUntil = 0 }) => length >= growsUntil)) {
        const [some, twice] = [length, 2 * length].map((each) => repetitions(reader.vocabulary, each));
        some?.forEach((text, index) => {
          const [few, many] = [stepsOf(reader, text), stepsOf(reader, twice?.[index] ?? '')];
          // A unit that begins at the end of the shorter input is read up to its limit.
          assert.ok(many <= 2.3 * few + 80, `${reader.name}: ${few} steps, then ${many}: ${text.slice(0, 60)}…`);
        });
      }
    });

  it('counts its steps at all', () => {
    for (const reader of readers)
      assert.ok(stepsOf(reader, reader.vocabulary.join(' ').slice(0, 190)) > 5, reader.name);
  });
});
