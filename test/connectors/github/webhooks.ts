import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hookSecret, signByGithub } from '../hooks/signing';
import type { GitHub } from './double';
import type { ExampleName, HookId } from './openapi/operations';

/** GitHub’s own examples of what it posts. */
const { examples } = JSON.parse(readFileSync(join(__dirname, 'openapi/events.json'), 'utf8')) as {
  readonly examples: Readonly<Record<ExampleName, object>>;
};

/** What GitHub would post as an example of this event. */
export function exampleOf(name: ExampleName): { readonly event: string; readonly body: string } {
  return { event: name.split(' ')[0] ?? '', body: JSON.stringify(examples[name]) };
}

interface Sent {
  readonly event: string;
  readonly body: string;
  readonly guid: string;
}

/** What an App of the double posts to an address. Each body fits GitHub’s description. Keeps its deliveries, as GitHub does. */
export class Webhooks {
  private readonly sent = new Map<number, Sent>();

  constructor(
    private readonly github: GitHub,
    private readonly address: string,
  ) {
    github.onRedeliver = (id) => void this.sendAgain(id);
  }

  /** Sends an event whose missing fields are filled in from the description; the status of its answer, 502 without one. */
  async send(id: HookId, given: object): Promise<number> {
    const body = this.github.eventBody(id, given);
    const event = (id.split('/')[0] ?? '').replaceAll('-', '_');
    return this.post({ event, body, guid: randomUUID() });
  }

  /** Sends this as it is. */
  async post(sent: Sent, secret = hookSecret): Promise<number> {
    const headers = signByGithub(sent.body, sent.event, { secret, delivery: sent.guid });
    const status = await fetch(this.address, { method: 'POST', body: sent.body, headers }).then(
      (answer) => answer.status,
      () => 502,
    );
    const id = this.github.nextId();
    this.sent.set(id, sent);
    this.github.deliveries.unshift({ id, guid: sent.guid, event: sent.event, statusCode: status });
    return status;
  }

  private async sendAgain(id: number): Promise<void> {
    const sent = this.sent.get(id);
    if (sent) await this.post(sent);
  }
}
