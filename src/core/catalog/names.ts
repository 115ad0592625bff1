/** What people, services and environments may be called in a catalog. */

/** Letters, digits and dashes; a dot or an underscore only between them, so that no name ends a sentence or a path. */
const name = '[a-z](?:[a-z0-9-]|[._](?=[a-z0-9])){0,39}';

export const nameForm = new RegExp(`^${name}$`);
/** `shop/production`, as cards name a service in an environment. */
export const placeIdForm = new RegExp(`^${name}/${name}$`);

const sets = [
  'to in on at into onto from as by of for with until till because and or not',
  'all any every everybody everyone everything everywhere none nothing nobody',
  'me my myself i you here there now the a an group',
  'please pls plz thank thanks thx ty cheers',
];

/**
 * Words that mean something else where a name could stand: nobody could type such a name. A test computes from every command which these must be.
 */
export const reservedNames: ReadonlySet<string> = new Set(sets.flatMap((words) => words.split(' ')));
