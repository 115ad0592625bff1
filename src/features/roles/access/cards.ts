import type { Catalog } from '../../../core/catalog';
import { enumerate, plainText } from '../../../core/text';
import { describeMoment } from '../../../core/time/clock';
import type { SubjectFacts } from '../../approvals';
import type { AccessRequest } from './workflow';
import { describeWhere } from '../text';

/** What the card of a request for a role shows, and how less than that can be given. Pure. */
export function accessFacts(request: AccessRequest, id: string, catalog: Catalog, now: number): SubjectFacts {
  const { person, role, rights, until, reason } = request;
  const { timeZone } = catalog;
  return {
    title: `${role} ${describeWhere(request)} for ${person.name}`,
    label: `A-${id.slice(0, 6)}`,
    nothingIs: 'given',
    approveTitle: 'Give it',
    facts: [
      { title: 'Allows', value: plainText(enumerate(rights), 200) },
      {
        title: 'Until',
        value: until === undefined ? 'it is revoked' : plainText(describeMoment(until, now, timeZone)),
      },
      ...(reason === '' ? [] : [{ title: 'Why', value: plainText(reason, 200) }]),
    ],
    choices: [
      ...choice('Where', 'Everywhere asked', request.environments, Object.keys(catalog.environments)),
      ...choice('Services', 'All asked', request.services, Object.keys(catalog.services)),
      {
        label: 'How long',
        options: [{ title: until === undefined ? 'Until revoked' : 'As asked', words: '' }, ...spans],
      },
    ],
    commitsTitle: '',
    commits: [],
    commitsMore: '',
  };
}

const spans = ['1 day', '7 days', '30 days'].map((span) => ({ title: `At most ${span}`, words: `for ${span}` }));

/** Only where there is something to leave out. */
function choice(
  label: string,
  all: string,
  asked: readonly string[] | undefined,
  known: readonly string[],
): { label: string; options: { title: string; words: string }[] }[] {
  const names = asked ?? known;
  if (names.length < 2 || names.length > 20) return [];
  const options = names.map((name) => ({ title: `Only ${name}`, words: `only ${name}` }));
  return [{ label, options: [{ title: all, words: '' }, ...options] }];
}
