import type { Catalog } from '../../core/catalog';

/** What the tour says and which answers it takes. Pure words; the dialog only carries them. */

export const tourQuestions = ['interest', 'look', 'deploy', 'approve', 'find'] as const;
export type TourQuestion = (typeof tourQuestions)[number];
export type Interest = 'ship' | 'decide' | 'look';

export interface TourNames {
  readonly service: string;
  readonly gentle: string;
  readonly strict: string;
}

interface Question {
  ask(interest: Interest): string;
  readonly again: string;
  judge(answer: string): { readonly right: boolean; readonly say: string };
  /** Said when it was wrong three times. */
  readonly anyway: string;
}

export interface TourWords {
  readonly questions: Readonly<Record<TourQuestion, Question>>;
  readonly help: string;
  readonly left: string;
  done(interest: Interest): string;
}

/** The first service, where it is first deployed, and where most people must approve. */
export function names(catalog: Catalog): TourNames {
  const [service, found] = Object.entries(catalog.services)[0] ?? ['shop', undefined];
  const environments = found?.environments ?? ['staging', 'production'];
  const required = (name: string): number => catalog.environments[name]?.deploy.required ?? 0;
  const sorted = [...environments].sort((a, b) => required(a) - required(b));
  return { service, gentle: sorted[0] ?? 'staging', strict: sorted.at(-1) ?? 'production' };
}

/** What a person says they mostly do; undefined when it is none of the three. */
export function interestOf(answer: string): Interest | undefined {
  const said = answer.toLowerCase();
  if (/\b(1|ship|deploy|release|develop)/.test(said)) return 'ship';
  if (/\b(2|decide|approv|review)/.test(said)) return 'decide';
  if (/\b(3|look|watch|health|see)/.test(said)) return 'look';
  return undefined;
}

const spoken = (answer: string): string =>
  answer
    .toLowerCase()
    .replace(/["'“”`.!]/g, '')
    .replace(/\s+/g, ' ')
    .trim();

/** All words of the tour with the names of this catalog. */
export function wordsFor({ service, gentle, strict }: TourNames): TourWords {
  return {
    help: 'This is the tour: five short questions, and no answer changes anything. Answer the one below, or write **cancel** to leave.',
    left: 'You have left the tour. Nothing was changed. Write **tour** to begin again, or **help** to see what I can do.',
    done: (interest) =>
      `That was the tour. ${nextStep(interest, service)} Write **help** whenever you are unsure; I never start anything you did not ask for.`,
    questions: {
      interest: {
        ask: () =>
          '**1 of 5.** Welcome. Two minutes, five questions, and nothing is changed. What will you mostly do here: **ship**, **decide** or **look**?',
        again:
          'One word is enough: **ship** if you deploy, **decide** if you approve what others deploy, **look** if you watch how services are.',
        judge: (answer) => {
          const interest = interestOf(answer);
          return { right: interest !== undefined, say: interest ? openings[interest] : '' };
        },
        anyway: 'Let us say you ship; the rest is the same for everybody.',
      },
      look: {
        ask: () => '**2 of 5.** To see which release runs where you write one word. Try it: write **where**.',
        again: 'Just the word, here in this chat: **where**',
        judge: (answer) => ({
          right: /^where\b/.test(spoken(answer)),
          say: `Right. After the tour that shows every service; **where ${service}** shows one, **health ${service}** its numbers.`,
        }),
        anyway: 'Never mind: the word is **where**, and **help** remembers it for you.',
      },
      deploy: {
        ask: () =>
          `**3 of 5.** To ship you open a picker. It shows what a release would change before anything is asked for. How would you open it for ${service} to ${gentle}?`,
        again: `Begin with **deploy**, then what and where to. So: **deploy ${service} to ${gentle}**. In the tour nothing starts.`,
        judge: (answer) => ({
          right: new RegExp(`^(deploy|release)\\b.*\\b${service}\\b`).test(spoken(answer)),
          say: 'Right. I did not open it now. If you leave something out, I ask for it.',
        }),
        anyway: `It is **deploy ${service} to ${gentle}**, or just **deploy**: then I ask for the rest.`,
      },
      approve: {
        ask: () =>
          `**4 of 5.** In ${strict} a deployment waits for approval. You asked for one: do you think you may approve it yourself? **yes** or **no**`,
        again: `Think of ${strict} and your own request: may you say yes to it yourself? Write **yes** or **no**.`,
        judge: (answer) => {
          const said = spoken(answer);
          const no = /^(no|nope|n)\b/.test(said);
          const yes = /^(yes|yep|y)\b/.test(said);
          return {
            right: no || yes,
            say: `${no ? 'Right.' : 'Not usually.'} Somebody else decides, and I check who it is at the click. **approvals** shows what waits for you.`,
          };
        },
        anyway: 'The answer is no: somebody else decides. **approvals** shows what waits for you.',
      },
      find: {
        ask: (interest) =>
          `**5 of 5.** ${interest === 'look' ? 'When something looks odd' : 'When a deployment went wrong'} you want the release from before. Which word puts it back: **audit**, **rollback** or **health**?`,
        again: 'Two of them only show something. The third goes back to the release from before: which one?',
        judge: (answer) => ({
          right: /^(rollback|roll back)\b/.test(spoken(answer)),
          say: `Right. **rollback ${service} in ${strict}** names the release it would put back and asks you first.`,
        }),
        anyway: `It is **rollback**: **rollback ${service} in ${strict}** names the release and asks you first.`,
      },
    },
  };
}

const openings: Readonly<Record<Interest, string>> = {
  ship: 'Good: you ask, others approve, and one card follows it.',
  decide: 'Good: requests come to you with what they would change.',
  look: 'Good: I show how services are, and what changed before.',
};

function nextStep(interest: Interest, service: string): string {
  if (interest === 'ship') return `Try **deploy ${service}** now: it shows, and asks for nothing until you click.`;
  if (interest === 'decide') return 'Try **approvals** now: it shows what waits for you.';
  return `Try **health ${service}** now.`;
}
