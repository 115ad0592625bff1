import assert from 'node:assert/strict';
import type { Copy, Person, Place, Reply } from '../../../src/chat/contract';
import type { Look } from '../../../src/features/contract';
import { people, places } from '../../features/fakes';
import { called, withHostileNames, withLongNames, withManyServices, withRightToLeftNames } from '../catalogs';
import { hostileText, longText } from '../contract';
import { scene } from '../stage';

/** The first minutes: the welcome, the questions to a newcomer, what a channel gets, and the checks for an admin. */

const { ada, dana, nico } = people;
const { general } = places;
const named = (place: Place, name: string): Place => ({ ...place, name });
const hostilePlace = named(general, `Deployments ${hostileText}`);
const longPlace = named(
  general,
  'Deployments of the checkout and payments gateway for all partners in Europe and overseas',
);
const rightToLeftPlace = named(general, 'النشر');

const welcomes = scene(async ({ changeCatalog, keep, welcome }) => {
  keep('', await welcome(dana, general));
  keep('personal', await welcome(nico));
  changeCatalog(withHostileNames);
  keep('hostile', await welcome(called('hostile', 'dana'), hostilePlace));
  changeCatalog(withLongNames);
  keep('long', await welcome(called('long', 'dana'), longPlace));
  changeCatalog(withRightToLeftNames);
  keep('right-to-left', await welcome(called('rightToLeft', 'dana'), rightToLeftPlace));
});

const setups = scene(async ({ changeCatalog, click, keep, sent, type }) => {
  const show = async (state: string, who: Person, place: Place): Promise<void> => {
    await type(who, 'setup', place);
    keep(state, sent('onboarding/setup'));
  };
  await show('', ada, general);
  const crew: Place = { id: 'group:crew', kind: 'group', name: 'Release crew' };
  const chosen = { services: 'shop,payments', environments: 'production', outcomes: 'everything', when: 'digest' };
  // Only a chat that was asked about can be set up.
  await type(ada, 'setup', crew);
  await click(ada, 'onboarding.setup', { id: crew.id, hours: '22:00-07:00', ...chosen }, crew);
  await show('group', ada, crew);
  changeCatalog(withManyServices);
  await show('many', ada, general);
  changeCatalog(withHostileNames);
  await show('hostile', called('hostile', 'ada'), hostilePlace);
  changeCatalog(withLongNames);
  await show('long', called('long', 'ada'), longPlace);
  changeCatalog(withRightToLeftNames);
  await show('right-to-left', called('rightToLeft', 'ada'), rightToLeftPlace);
});

/** The revision that the answer to this question has to name. */
function revisionIn(shown: Reply): string {
  assert.ok('card' in shown && shown.card === 'onboarding/question', JSON.stringify(shown));
  return shown.data.first.revision;
}

const questions = scene(async ({ click, keep, show, type, world }) => {
  await show('unfinished', nico, 'settings');
  await type(nico, 'onboarding');
  let shown = await click(nico, 'onboarding.skip', { id: 'zone' });
  keep('work', shown);
  const answer = async (id: string, said: string, state: string): Promise<void> => {
    shown = await click(nico, 'onboarding.answer', { id, answer: said, revision: revisionIn(shown) });
    keep(state, shown);
  };
  await answer('work', 'ship', '');
  const first = shown;
  await answer('services', 'shop, payments', 'hears');
  await answer('when', 'at once', 'quiet');
  await answer('hours', '22:00-07:00', 'zone');
  await answer('zone', 'Atlantis', 'again');
  await answer('zone', 'Lisbon', 'right');
  await answer('rights', 'developer on shop in staging', 'practice');
  const about = 'about' in first ? first.about : undefined;
  const copy: Copy = { about: about ?? assert.fail(), person: nico, place: general, reference: '4f2a91c0' };
  const drawn = await world.outbox.drawers.find(([prefix]) => copy.about.startsWith(prefix))?.[1](copy);
  keep('answered', drawn ?? assert.fail());
  keep('', await click(nico, 'onboarding.skip', { id: 'practice' }));
  await world.pass(1000);
  await show('changed', nico, 'settings');
  const change = () => click(nico, 'onboarding.change', { id: nico.id, what: 'hours' });
  // The dialog listens again from the first click on.
  await change();
  keep('changed', await change());
});

const fine: readonly Look[] = ['the store', 'the bot’s token', 'the clock', 'the Sandbox connection'].map((about) => ({
  about,
}));
let looks: readonly Look[] = fine;

const checks = scene(
  async ({ show, type }) => {
    const shown = async (state: string, problems: readonly Look[]): Promise<void> => {
      looks = [...problems, ...fine.filter(({ about }) => problems.every((each) => each.about !== about))];
      await show(state, ada, 'doctor');
    };
    const clock = (problem: string): Look => ({ about: 'the clock', problem });
    await shown('', [
      {
        about: 'the jenkins connection',
        problem: 'The Jenkins connection couldn’t be checked (no response within 10 s). Check its settings.',
      },
    ]);
    await type(ada, 'subscribe shop', 'channel');
    await shown('done', []);
    await shown('failed', [
      clock(
        'This machine’s clock is 7 minutes behind. Beyond 5 minutes, every message is rejected. Turn on time synchronization.',
      ),
    ]);
    await shown('unchecked', [
      {
        about: 'the messaging endpoint',
        unchecked: 'To check this, set GAVEL_ENDPOINT to the messaging endpoint of your bot registration.',
      },
    ]);
    await shown('hostile', [clock(`The clock is 7 minutes behind: ${hostileText}`)]);
    await shown('long', [clock(`The clock is 7 minutes behind: ${longText}, ${longText}`)]);
    await shown('right-to-left', [clock('فشلت الاختبارات (3 من 120)')]);
  },
  { looks: async () => looks },
);

export const onboardingScenes = [welcomes, setups, questions, checks];
