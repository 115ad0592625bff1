import type { CheckLine } from '../../contract';
import { checkCall } from '../../http/checks';
import type { AzureCalls } from '../calls';
import { WorkItemRefs } from './schema';

/** Each permission that tickets need. `types`: those that bindings open. Nothing is written: Azure DevOps only validates. */
export async function checkWorkItems({ http, callTo }: AzureCalls, types: readonly string[]): Promise<CheckLine[]> {
  const rights = (permission: string, scope: string): string =>
    `In Azure DevOps, give Gavel’s account the permission ${permission} on the project’s area. A token also needs the scope ${scope}.`;
  const query = 'SELECT [System.Id] FROM WorkItems WHERE [System.TeamProject] = @project AND [System.Tags] CONTAINS ';
  const search = () =>
    http.json(callTo(['wit', 'wiql'], { $top: 1 }, { body: { json: { query: `${query}'gavel'` } } }), WorkItemRefs);
  const validate = (type: string) => () => {
    const changes = [{ op: 'add', path: '/fields/System.Title', value: 'Gavel checks whether it can write here' }];
    const body = { text: JSON.stringify(changes), type: 'application/json-patch+json' };
    return http.bytes(callTo(['wit', 'workitems', `$${type}`], { validateOnly: true }, { body }));
  };
  return types.length === 0
    ? []
    : Promise.all([
        checkCall('reading work items', search, rights('View work items', 'Work items (read)')),
        ...[...new Set(types)].map((type) =>
          checkCall(`opening ${type}`, validate(type), rights('Edit work items', 'Work items (read & write)')),
        ),
      ]);
}
