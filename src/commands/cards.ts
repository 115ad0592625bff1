import { startGallery } from '../playground/gallery';
import { UsageError } from './contract';
import type { LineCommand } from './contract';

export const cards: LineCommand = {
  name: 'cards',
  argument: '[port]',
  summary: 'show every card with its samples in the browser, on port 3980 by default',
  readsSettings: false,
  async run({ argument = '3980', print }) {
    const port = /^\d{1,5}$/.test(argument) ? Number(argument) : 0;
    if (port < 1 || port > 65_535) throw new UsageError(`cards needs a port from 1 to 65535, not ${argument}.`);
    const { url } = await startGallery(port);
    print(`The cards are shown at ${url} until you press Ctrl-C.`);
    return new Promise(() => undefined);
  },
};
