import { ConnectorError } from '../../core/errors';
import type { CheckLine } from '../contract';
import { checkCall } from '../http/checks';
import type { JiraClient } from './client';
import { CreateFieldsAnswer, IssueTypesAnswer, MyselfAnswer } from './schema';

/** Each permission that tickets need, and the place of Gavel’s key. */

/** See https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-permissions/ */
const permissions = [
  ['BROWSE_PROJECTS', 'seeing issues', 'Browse projects'],
  ['CREATE_ISSUES', 'opening issues', 'Create issues'],
  ['ADD_COMMENTS', 'commenting on issues', 'Add comments'],
  ['TRANSITION_ISSUES', 'moving issues', 'Transition issues'],
  ['LINK_ISSUES', 'linking issues', 'Link issues'],
] as const;

const maxProjects = 10;

interface CheckParts {
  /** The name of the connection. */
  readonly name: string;
  readonly client: JiraClient;
  readonly projects: readonly { readonly project: string; readonly issueType: string }[];
}

/** Nothing is written: Jira says what a user may do. */
export async function checkJira(parts: CheckParts): Promise<CheckLine[]> {
  const signIn = checkCall(
    'signing in',
    () => parts.client.get(['myself'], MyselfAnswer),
    'Give Gavel’s user access to Jira.',
  );
  const projects = [...new Map(parts.projects.map((each) => [JSON.stringify(each), each])).values()];
  const lines = projects.slice(0, maxProjects).map((each) => checkProject(parts, each));
  return [await signIn, ...(await Promise.all(lines)).flat()];
}

function checkProject(
  { name, client }: CheckParts,
  { project, issueType }: CheckParts['projects'][number],
): Promise<CheckLine[]> {
  const refuse = (message: string): never => {
    throw new ConnectorError(name, 'refused', message);
  };
  const held = client.permissions(
    project,
    permissions.map(([key]) => key),
  );
  const lines = permissions.map(([key, about, title]) =>
    checkCall(
      `${project}: ${about}`,
      async () => {
        const permission = new Map(Object.entries((await held).permissions)).get(key);
        if (permission?.havePermission !== true) refuse(`no ${key}`);
      },
      `Give Gavel’s user the permission ${title} in the project ${project}.`,
    ),
  );
  const findTypes = async (): Promise<string | undefined> => {
    const types = await client.get(['issue', 'createmeta', project, 'issuetypes'], IssueTypesAnswer, {
      maxResults: 200,
    });
    return types.find((each) => each.name === issueType)?.id;
  };
  const type = findTypes();
  const hasType = checkCall(
    `${project}: the issue type ${issueType}`,
    async () => void ((await type) ?? refuse('no such type')),
    'Add this issue type to the project, or name another one as issueType of the binding.',
  );
  const hasLabels = checkCall(
    `${project}: labels, which keep Gavel’s key`,
    async () => {
      const place = ['issue', 'createmeta', project, 'issuetypes', (await type) ?? refuse('no such type')];
      const fields = await client.get(place, CreateFieldsAnswer, { maxResults: 200 });
      if (!fields.some(({ fieldId }) => fieldId === 'labels')) refuse('no labels');
    },
    `Add the field Labels to the screen on which ${issueType} is created.`,
  );
  return Promise.all([...lines, hasType, hasLabels]);
}
