import type { FoundPlace } from '../../src/connectors/contract';
import { people } from '../features/fakes';
import { europe, withPlaces } from '../features/environments/found-places';
import { idFrom } from '../../src/core/keys';
import { hostileName, hostileText, longName, longText } from './contract';
import { scene } from './stage';
import type { Stage } from './stage';

/** Environments that tools have and the catalog doesn’t. */

const { ada } = people;
const line = 'environments';

const lines = ({ click }: Stage, { name }: FoundPlace) =>
  click(ada, 'environments.lines', { id: idFrom('place', 'github', name) }, 'personal');

const found = scene(async (stage) => {
  const { keep, show, world } = stage;
  const { systems } = world.deps;
  await show('environments-nobody', ada, line);
  withPlaces(systems, []);
  await show('environments-none', ada, line);
  withPlaces(systems, 'silent');
  await show('environments-silent', ada, line);
  const billing = { ...europe, name: 'production of acme/billing', service: 'billing', environment: 'production' };
  withPlaces(systems, [europe, billing]);
  await show('environments', ada, line);
  keep('', await lines(stage, europe));
  keep('new-service', await lines(stage, billing));
});

const inWords = (state: string, name: string, words: string) =>
  scene(async (stage) => {
    const place = { ...europe, name: words, service: name, environment: words, values: { repository: words } };
    withPlaces(stage.world.deps.systems, [place]);
    await stage.show(`environments-${state}`, ada, line);
    stage.keep(state, await lines(stage, place));
  });

export const environmentScenes = [
  found,
  inWords('hostile', hostileName, hostileText),
  inWords('long', longName, longText),
];
