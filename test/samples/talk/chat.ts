import type { Person } from '../../../src/chat/contract';
import { people } from '../../features/fakes';
import {
  called,
  withHostileNames,
  withLongNames,
  longEnvironment,
  withManyServices,
  withRightToLeftNames,
} from '../catalogs';
import { hostileName, hostileText, longText } from '../contract';
import { idOf, scene } from '../stage';

/** The cards of the router itself: refusals, confirmations, forms for what is missing, and what wasn’t understood. */

const { ada, avery, dana, nico, noor } = people;

const refusals = scene(async ({ changeCatalog, request, show }) => {
  await show('', nico, 'deploy shop 2.14.0 to production', 'channel');
  await show('ask', dana, 'unfreeze production', 'channel');
  await show('everywhere', dana, 'audit', 'channel');
  await request(noor, 'deploy shop 2.14.0 to production');
  await show('own', noor, 'approve D-1001', 'channel');
  changeCatalog((text) => text.replace('  - { everyone: true, role: viewer }\n', ''));
  await show('view', nico, 'health shop in production', 'channel');
  changeCatalog((text) =>
    text
      .replace('roles: {}', 'roles: { keeper: [view, operate] }')
      .replace('  production:\n', '  production:\n    lockBreaker: keeper\n'),
  );
  await show('nobody', noor, 'break lock shop in production because Dana is on leave', 'channel');
  changeCatalog(withHostileNames);
  await show('barred-hostile', nico, 'unfreeze production', 'channel');
});

const confirmations = scene(async ({ changeCatalog, click, keep, sent, type, world }) => {
  const begin = async (who: Person, line: string) => {
    await type(who, line, 'channel');
    await world.pass(1000);
    return sent('chat/refusal');
  };
  const answer = async (who: Person, verb: string) => {
    await click(who, verb, { id: idOf(sent('chat/refusal')) });
    await world.pass(1000);
    return sent('chat/refusal');
  };
  const unfreeze = 'unfreeze production because the books are closed';
  await type(noor, 'freeze production until Friday 8:00 because finance is closing the books', 'channel');
  keep('confirm', await begin(noor, unfreeze));
  keep('left', await answer(noor, 'gates.cancel'));
  await begin(noor, unfreeze);
  await world.pass(11 * 60_000, 60_000);
  keep('expired', sent('chat/refusal'));
  await begin(noor, unfreeze);
  keep('confirmed', await answer(noor, 'gates.confirm'));
  const marked = (text: string) => text.replace('confirm:\n', 'confirm:\n  - { operation: freeze }\n');
  const longs = {
    noor: called('long', 'noor'),
    hostile: called('hostile', 'noor'),
    rightToLeft: called('rightToLeft', 'noor'),
  };
  changeCatalog((text) => withLongNames(marked(text)));
  keep('long', await begin(longs.noor, `freeze ${longEnvironment} for 2h because ${longText}`));
  changeCatalog((text) => withHostileNames(marked(text)));
  keep('hostile', await begin(longs.hostile, `freeze production for 2h because ${hostileText}`));
  changeCatalog((text) => withRightToLeftNames(marked(text)));
  keep('right-to-left', await begin(longs.rightToLeft, 'freeze production for 2h because العملاء لا يستطيعون الدفع'));
});

const nora = (index: number): Person => ({
  id: `entra:00000000-0000-4000-8000-00000000c0de/22222222-0000-4000-8000-00000000000${index}`,
  name: 'Nora Newer',
});

const forms = scene(async ({ changeCatalog, show, type }) => {
  await show('', dana, 'rollback');
  await show('person', ada, 'grant developer on shop');
  await show('names', noor, 'freeze');
  await show('text', dana, 'remember');
  await show('time', avery, 'delegate my approvals');
  await type(noor, 'freeze staging for 2h because finance is closing the books', 'channel');
  await show('reason', noor, 'unfreeze staging');
  const grant = (who: Person, role: string) =>
    type(ada, `grant ${role} to ${who.id}`, 'channel', { mentions: [{ token: who.id, name: who.name, person: who }] });
  await grant(nora(1), 'viewer on shop in staging');
  await show('hearsay', ada, 'grant admin to Nora Newer');
  await grant(nora(2), 'developer on shop');
  await show('several', ada, 'grant admin to Nora Newer');
  changeCatalog(withHostileNames);
  await show('hostile', ada, 'grant developer');
  changeCatalog(withManyServices);
  await show('many', dana, 'rollback');
});

const guesses = scene(async ({ show, type }) => {
  await show('', dana, 'deplyo shop', 'channel');
  await type(dana, 'bananas', 'channel');
  await show('person', dana, 'deplyo shop', 'channel');
  await show('unknown', noor, 'bananas', 'channel');
  await show('hostile', { ...nico, name: hostileName }, `bananas ${hostileText}`, 'channel');
  await show('right-to-left', avery, 'موز من فضلك', 'channel');
});

export const chatScenes = [refusals, confirmations, forms, guesses];
