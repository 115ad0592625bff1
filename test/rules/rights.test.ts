import assert from 'node:assert/strict';
import { filesBelow, textOf } from './source-files';

/**
 * A right counts for the target of an act. `mayAnywhere` is true with a right on anything at all, so it is only used before anything happens: to draw a menu,
 * to open a list whose rows are checked one by one, and to name somebody to ask.
 */
const menus: Readonly<Record<string, string>> = {
  'src/chat/router/typed.ts':
    'a line is read further only for those who can do this somewhere; the command checks what it touches',
  'src/chat/router/cards.ts': 'the choices of a form',
  'src/core/catalog/refusals.ts': 'who is named in a refusal',
  'src/features/announcements/index.ts': 'which rows of the list are shown',
  'src/features/deployments/look/search.ts': 'whether the list can be opened; each entry is checked by itself',
  'src/features/health/parse.ts': 'whether the fleet can be opened; its rows are checked one by one',
  'src/features/help/cards.ts': 'the commands that help lists, and whether it offers examples to click',
  'src/features/help/index.ts': 'the buttons of a greeting',
  'src/features/history/index.ts': 'whether older entries can be opened; each entry is checked by itself',
  'src/features/history/search.ts': 'which entries of the history are shown',
  'src/features/onboarding/facts.ts': 'the services that the questions offer',
  'src/features/onboarding/setup/cards.ts': 'who is named as an approver',
  'src/features/onboarding/setup/commands.ts': 'who is offered the setup card; saving it checks each service',
  'src/features/schedules/workflow.ts':
    'whether somebody is still here at all; the line of a schedule goes through the router',
  'src/features/status/commands.ts': 'whether there is anything to show; each row checks its own target',
  'src/features/subscriptions/record.ts': 'what comes to oneself; each message checks its own target',
  'src/features/tests/actions.ts': 'whether the form can be opened; each suite is checked by itself',
  'src/features/tests/commands.ts': 'whether the list of suites can be opened; each suite is checked by itself',
  'src/features/tests/history/commands.ts': 'whether the history can be opened; each run is checked by itself',
};

describe('a right is checked for a target', () => {
  const sources = filesBelow('src', '.ts').map((path) => path.replaceAll('\\', '/'));

  it('`mayAnywhere` is used only in menus', () => {
    const found = sources.filter(
      (path) => path !== 'src/core/catalog/rights.ts' && /\b(?:may|whoMay)Anywhere\(/.test(textOf(path)),
    );
    assert.deepEqual(found, Object.keys(menus).sort());
  });

  it('no target is built from half of one', () => {
    for (const path of sources)
      assert.doesNotMatch(
        textOf(path),
        /\bas (?:unknown as )?Target\b/,
        `${path} asserts that something is a whole target`,
      );
  });

  it('grants are read only where rights are computed and shown', () => {
    const found = sources.filter((path) => /\bgrantsFor\(/.test(textOf(path)));
    assert.deepEqual(found, [
      'src/chat/router/cards.ts',
      'src/core/catalog/pipelines/index.ts',
      'src/core/catalog/rights.ts',
      'src/features/roles/list.ts',
    ]);
  });
});
