import type { Command, Turn } from '../../chat/contract';
import { mayAnywhere } from '../../core/catalog/rights';
import { plainText } from '../../core/text';
import type { FeatureDependencies } from '../contract';

/** `hello` and `thanks`: short answers that lead on. */

interface Button {
  readonly title: string;
  readonly line: string;
}

/** Greets, and offers what this person can do here. */
export function helloCommand({ catalog }: FeatureDependencies): Command {
  return {
    name: 'hello',
    operation: 'look',
    synonyms: ['hi', 'hey', 'hallo', 'good morning', 'good afternoon', 'good evening'],
    summary: 'Says hello and where to begin',
    topic: 'Talk',
    arguments: [],
    examples: ['hello'],
    right: undefined,
    inManifest: false,
    run(turn) {
      const name = firstName(turn);
      const has = (right: 'deploy' | 'approve' | 'view'): boolean => mayAnywhere(catalog(), turn.person.id, right);
      const buttons: Button[] = [
        ...(has('approve') ? [{ title: 'What needs me', line: 'approvals' }] : []),
        ...(has('deploy') ? [{ title: 'Deploy…', line: 'deploy' }] : []),
        ...(has('view') ? [{ title: 'What runs where', line: 'where' }] : []),
        { title: 'Get started', line: 'onboarding' },
      ];
      return Promise.resolve({
        card: 'help/hello',
        data: {
          kind: 'Gavel',
          title: `Hello, ${name}`,
          summary: `Hello, ${name}: what shall we do?`,
          sentence: 'I ship services and watch them, from this chat. What shall we do?',
          buttons: [...buttons.slice(0, 2), { title: 'Help', line: 'help' }],
          footer: 'New here? Write onboarding: a few questions, two minutes.',
        },
      });
    },
  };
}

/** Answers kindly and asks for nothing. */
export function thanksCommand(): Command {
  return {
    name: 'thanks',
    operation: 'look',
    synonyms: ['thank you', 'thx', 'ty', 'cheers', 'ta', 'merci', 'danke'],
    summary: "Says you're welcome",
    topic: 'Talk',
    arguments: [],
    examples: ['thanks'],
    right: undefined,
    inManifest: false,
    run: (turn) => Promise.resolve({ text: `You are welcome, ${firstName(turn)}.` }),
  };
}

function firstName({ person }: Turn): string {
  return plainText(person.name.trim().split(/\s+/)[0] ?? '', 40) || 'there';
}
