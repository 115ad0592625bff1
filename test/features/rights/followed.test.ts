import { turnOf } from '../fakes';
import { privately } from '../talk-world';
import { cast, open } from './cast';
import { assertFollowed } from './followed';

/** What a card says becomes untrue when somebody acts elsewhere, so every answer with buttons has to be followed. Those to clicks: buttons.test.ts. */

describe('an answer with buttons is drawn anew when what it shows changes', () => {
  it('to each example of each command', async () => {
    const talk = await open();
    try {
      for (const environment of ['staging', 'production'])
        talk.world.connector.serving.set(`shop/${environment}`, {
          version: '2.13.0',
          commit: '2'.repeat(40),
          since: 0,
        });
      for (const { name, examples } of talk.features.features.flatMap(({ commands = [] }) => commands))
        for (const line of examples) {
          const turn = turnOf(cast.admin, { trigger: 'typed', ...privately(cast.admin) });
          assertFollowed(await talk.router.handleText(turn, line), `${name}: ${line}`);
        }
    } finally {
      await talk.close();
    }
  });
});
