import { openPresence } from '../../../src/store/sqlite/presence';

/** A separate process that uses a name until it ends: `present <folder> <name>`. */
const [folder = '', name = ''] = process.argv.slice(2);
openPresence(folder).announce(name);
console.log('present');
setInterval(() => undefined, 60_000);
