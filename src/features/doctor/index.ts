import { requireEverywhere } from '../../core/catalog/refusals';
import type { Command, Feature } from '../../chat/contract';
import type { FeatureDependencies } from '../contract';
import { drawChecklist } from '../onboarding';
import { answerAlone } from '../contract';

/** `doctor`: checks everything Gavel needs and says how to fix what is wrong. The same as `npx gavel doctor`, plus what only a running Gavel knows. */
export function createDoctor(deps: FeatureDependencies): { feature: Feature } {
  const { catalog, clock, looks } = deps;
  const command: Command = {
    name: 'doctor',
    operation: 'look',
    synonyms: ['health of gavel', 'check yourself'],
    summary: 'Checks everything Gavel needs, with a fix for each problem',
    topic: 'Look',
    arguments: [],
    examples: ['doctor'],
    right: 'admin',
    async run(turn) {
      requireEverywhere(catalog(), turn.person.id, {
        right: 'admin',
        what: 'check the installation',
      });
      const found = (await looks?.()) ?? [];
      const card = drawChecklist(found, {
        kind: 'Doctor',
        line: 'doctor',
        now: clock.now(),
        timeZone: catalog().timeZone,
        reference: turn.reference,
      });
      return answerAlone(deps, turn, card);
    },
  };
  return { feature: { name: 'doctor', commands: [command] } };
}
