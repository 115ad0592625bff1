import type { Person } from '../../../src/chat/contract';
import { people } from '../../features/fakes';
import { hostileName, hostileText } from '../contract';
import { scene } from '../stage';

/** Help: what people can do here, found and not found, and each command. */

const { ada, dana, nico } = people;
const named = (name: string): Person => ({ ...nico, name });

const greetings = scene(async ({ show }) => {
  await show('', dana, 'hello');
  await show('hostile', named(hostileName), 'hello');
  await show('long', named('Wolfeschlegelsteinhausenbergerdorff Hubert'), 'hello');
  await show('right-to-left', named('ניקו חדש'), 'hello');
});

const pages = scene(async ({ changeCatalog, show }) => {
  await show('', dana, 'help');
  await show('channel', ada, 'help', 'channel');
  await show('found', dana, 'help rollbak');
  await show('not-found', dana, 'help bananas');
  await show('hostile', dana, `help bananas ${hostileText}`);
  await show('right-to-left', dana, 'help موز من فضلك');
  await show('pages', dana, 'help look');
  await show('topic', ada, 'help decide', 'channel');
  await show('family', ada, 'help role');
  changeCatalog((text) => text.replaceAll(/ {2}- \{ everyone: true, role: .*\n/g, ''));
  await show('nothing-open', nico, 'help ship');
});

const commands = scene(async ({ changeCatalog, show }) => {
  await show('', dana, 'help deploy');
  await show('channel', dana, 'help deploy', 'channel');
  await show('no-arguments', dana, 'help locks');
  changeCatalog((text) => text.replaceAll(/ {2}- \{ everyone: true, role: developer.*\n/g, ''));
  await show('barred', nico, 'help deploy');
});

export const helpScenes = [greetings, pages, commands];
