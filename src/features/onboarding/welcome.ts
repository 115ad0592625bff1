import type { Reply, Turn } from '../../chat/contract';
import { plainText } from '../../core/text';
import type { FeatureDependencies } from '../contract';

/** What a place or a person sees once, when Gavel is added. */
export function welcomeCard({ catalog }: FeatureDependencies, turn: Turn): Reply {
  const personal = turn.place.kind === 'personal';
  const service = Object.keys(catalog().services)[0] ?? 'shop';
  const say = (line: string): string => (personal ? `write ${line}` : `write @Gavel ${line}`);
  const name = plainText(turn.person.name, 60);
  const who = name === '' ? 'I was added to' : `${name} added me to`;
  const why = personal
    ? 'You get this once, because you added me.'
    : `You get this once, because ${who} **${plainText(turn.place.name, 60)}**.`;
  const help = personal ? 'I help you' : 'I help this team';
  return {
    card: 'onboarding/welcome',
    data: {
      kind: 'Welcome',
      title: 'Hello, I am Gavel',
      summary: 'Welcome to Gavel: ship and watch your services from here',
      sentence: `${why} ${help} ship software and see that it runs.`,
      offers: [
        { title: 'Ship', text: 'Pick a release, others approve, one card follows it.' },
        { title: 'Look', text: 'See how a service is, and was.' },
        { title: 'Remember', text: 'Who did what, when and why is on record.' },
      ],
      stepsTitle: 'Try it now',
      steps: [
        personal
          ? { number: '1', text: `Get started, two minutes: ${say('onboarding')}` }
          : { number: '1', text: `Choose what comes here: ${say('setup')}` },
        { number: '2', text: `See what runs where: ${say('where')}` },
        { number: '3', text: `See how a service is: ${say(`health ${service}`)}` },
      ],
      buttons: [
        personal ? { title: 'Get started', line: 'onboarding' } : { title: 'Set up…', line: 'setup' },
        { title: 'What runs where', line: 'where' },
        { title: 'Help', line: 'help' },
      ],
      footer: personal ? 'Only you see this' : 'In a channel begin with @Gavel; in our own chat just write.',
    },
  };
}
