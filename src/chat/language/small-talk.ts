/** Words that answer a question nobody asked, and what is said to them. Pure. */

const yes = new Set(['yes', 'y', 'yep', 'yeah', 'sure', 'ok', 'okay', 'do it', 'go', 'go ahead', 'confirm']);
const no = new Set(['no', 'n', 'nope', 'nah', "don't", 'do not', 'quit', 'exit', 'leave']);

/** Undefined for everything else. */
export function smallTalk(text: string): string | undefined {
  const said = text.toLowerCase();
  if (yes.has(said))
    return 'I have no open question for you here, so nothing was done. Click the button on the card you mean, or write `approvals` to see what waits for you.';
  if (no.has(said))
    return 'I have no open question for you here, and nothing was done. To stop a deployment, write `cancel` and its number, such as `cancel D-1042`.';
  return undefined;
}
