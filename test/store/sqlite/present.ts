import { openPresence } from '../../../src/store/sqlite/presence';

/** A process of its own that goes by a name until it ends: `present <folder> <name>`. */
const [folder = '', name = ''] = process.argv.slice(2);
openPresence(folder).announce(name);
console.log('present');
setInterval(() => undefined, 60_000);
