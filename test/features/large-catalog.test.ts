import assert from 'node:assert/strict';
import type { Command } from '../../src/chat/contract';
import { missingIn } from '../../src/chat/language/arguments';
import { chooseCard } from '../../src/chat/router/cards';
import { cardLimitBytes, renderCard, weightBytes } from '../../src/core/card';
import { parseCatalog } from '../../src/core/catalog';
import type { Catalog } from '../../src/core/catalog';
import { createFeatures } from '../../src/features';
import { pickerCard } from '../../src/features/deployments/picker/cards';
import { listOffers } from '../../src/features/deployments/picker/facts';
import { drawSetup } from '../../src/features/onboarding/setup/cards';
import { createFakeWorld, people, places, sampleCatalogText, turnOf } from './fakes';

const names = Array.from({ length: 200 }, (_, index) => `svc-${index}`);

interface Input {
  readonly type?: string;
  readonly id?: string;
  readonly style?: string;
  readonly isMultiSelect?: boolean;
  readonly choices?: readonly unknown[];
}

function inputsOf(value: unknown): Input[] {
  if (Array.isArray(value)) return value.flatMap(inputsOf);
  if (typeof value !== 'object' || value === null) return [];
  const own = String((value as Input).type ?? '').startsWith('Input.') ? [value as Input] : [];
  return [...own, ...Object.values(value).flatMap(inputsOf)];
}

/** A catalog with 200 services in addition to the sample ones, and 500 releases of each. */
function largeCatalog(): Catalog {
  const services = names.map(
    (name) =>
      `  ${name}: { description: One of many, environments: [staging, production], limits: { p95Ms: 300, p50Ms: 150, errorPercent: 1, minimumRequestsPerSecond: 1 } }`,
  );
  const parsed = parseCatalog(sampleCatalogText.replace('services:\n', `services:\n${services.join('\n')}\n`));
  assert.ok('catalog' in parsed, JSON.stringify(parsed));
  return parsed.catalog;
}

describe('a catalog of 200 services and 500 releases', () => {
  const world = createFakeWorld();
  const catalog = largeCatalog();
  const commands = createFeatures(world.deps).features.flatMap((feature) => feature.commands ?? []);
  after(() => world.close());

  function check(card: string, data: Readonly<Record<string, unknown>>): Input[] {
    const drawn = renderCard(card, data);
    assert.ok(weightBytes(drawn) < cardLimitBytes, `${card} weighs ${weightBytes(drawn)} bytes`);
    const inputs = inputsOf(drawn);
    for (const { id, style, isMultiSelect, choices = [] } of inputs)
      if (choices.length > 15)
        assert.ok(style === 'filtered' && isMultiSelect !== true, `${card} ${id}: ${choices.length} choices, ${style}`);
    return inputs;
  }

  it('can be searched, not scrolled, on the form of every command that asks for a name', () => {
    const asking = commands.filter(({ arguments: specs = [] }) => specs.some(({ required }) => required === true));
    let searched = 0;
    for (const command of asking) {
      const { card, data } = chooseCard(
        { catalog, turn: turnOf(people.ada), command: command as Command, args: {} },
        missingIn(command.arguments ?? [], {}),
      );
      searched += check(card, data).filter(({ style }) => style === 'filtered').length;
    }
    assert.ok(searched > 5, `${searched} inputs are searched`);
  });

  it('can be searched in the deploy picker, including its releases', () => {
    const releases = Array.from({ length: 500 }, (_, index) => ({
      version: `2.${index}.0`,
      commit: String(index).padStart(40, '0'),
      createdAt: 1_795_000_000_000 - index * 3_600_000,
    }));
    for (const choice of [{}, { service: 'svc-7', environment: 'staging' }]) {
      const { card, data } = pickerCard({
        id: '2163d55de221c7aeaa18449ff94df30f',
        turn: turnOf(people.ada),
        now: 1_795_000_000_000,
        catalog,
        offers: listOffers(catalog, people.ada.id),
        choice,
        remark: '',
        list: 'service' in choice ? { releases, running: undefined, elsewhere: [], recent: [] } : undefined,
        preview: undefined,
        shown: undefined,
      });
      const inputs = check(card, data);
      assert.equal(inputs.find(({ id }) => id === 'service')?.choices?.length, names.length + 1);
    }
  });

  it('can be typed on the setup card', () => {
    const view = {
      catalog,
      personId: people.ada.id,
      place: places.general,
      choice: undefined,
      now: 0,
      reference: '4f2a91c0',
    };
    const { card, data } = drawSetup(view);
    const [services] = check(card, data);
    assert.deepEqual([services?.type, services?.id], ['Input.Text', 'services']);
    const small = drawSetup({ ...view, catalog: world.deps.catalog() });
    const [few] = check(small.card, small.data);
    assert.deepEqual([few?.type, few?.id, few?.isMultiSelect], ['Input.ChoiceSet', 'services', true]);
  });
});
