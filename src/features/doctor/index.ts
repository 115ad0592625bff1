import type { Command, Feature, FeatureDependencies } from '../contract';
import { checklistCard } from '../onboarding';

/** `doctor`: everything Gavel needs is looked at now, with a mend for each red line. The same as `npx gavel doctor`, and what only a running Gavel knows besides. */
export function createDoctor(deps: FeatureDependencies): { feature: Feature } {
  const { catalog, clock, looks } = deps;
  const command: Command = {
    name: 'doctor',
    synonyms: ['health of gavel', 'check yourself'],
    summary: 'Looks at all that Gavel needs, with a mend for each red line',
    topic: 'Look',
    arguments: [],
    examples: ['doctor'],
    right: 'admin',
    inManifest: false,
    async run(turn) {
      const found = (await looks?.()) ?? [];
      return checklistCard(found, {
        kind: 'Doctor',
        line: 'doctor',
        now: clock.now(),
        timeZone: catalog().timeZone,
        reference: turn.reference,
      });
    },
  };
  return { feature: { name: 'doctor', commands: [command] } };
}
