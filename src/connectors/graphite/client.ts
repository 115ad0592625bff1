import { ConnectorError } from '../../core/errors';
import type { PictureSize } from '../contract';
import type { MeasuredLine } from '../figures/points';
import type { HttpClient } from '../http';
import { EventsAnswer, RenderAnswer } from './schema';
import { isMarks, withNamedMarks } from './target';

/** The calls of Graphite that Gavel makes. */

/** An event as Graphite keeps it. */
interface GraphiteEvent {
  readonly what: string;
  readonly tags: readonly string[];
  readonly data: string;
  /** In seconds since 1970. */
  readonly when: number;
}

export type GraphiteClient = ReturnType<typeof createGraphiteClient>;

/** No metric has this name. */
const nothing = 'gavel.has.found.nothing';

/** Every method rejects with `ConnectorError`. `name`: that of the connection. */
export function createGraphiteClient(name: string, http: HttpClient) {
  const span = (fromMs: number, toMs: number) => ({
    from: String(Math.floor(fromMs / 1_000)),
    until: String(Math.ceil(toMs / 1_000)),
    // It would answer for up to a minute with what it read before, even for another time.
    noCache: '1',
  });

  return {
    /** The lines of a target, each with at most `maxDataPoints`; none if there is no such metric. Rejects with `refused` if Graphite can't read the target. */
    async render(target: string, fromMs: number, toMs: number, maxDataPoints: number): Promise<MeasuredLine[]> {
      // To a target that it can't read, Graphite answers as if there were no such metric: with an empty list. Only with something to fall back on can the two
      // be told apart.
      const readable = `fallbackSeries(${target},alias(constantLine(0),'${nothing}'))`;
      const form = {
        ...{ target: readable, format: 'json', maxDataPoints: String(maxDataPoints) },
        ...span(fromMs, toMs),
      };
      // As a form, because an address has no room for a long target.
      const found = await http.json({ kind: 'read', path: 'render', body: { form } }, RenderAnswer);
      if (found.length === 0)
        throw new ConnectorError(name, 'refused', 'Graphite can’t read the target of the binding');
      const lines = found.filter((each) => each.target !== nothing);
      const measured = lines.filter((each) => !isMarks(each.target));
      // Whoever asks for marks alone wants them.
      return (measured.length > 0 ? measured : lines).map((each) => ({
        name: each.target,
        points: each.datapoints.map(([value, seconds]) => ({ at: seconds * 1_000, value: value ?? undefined })),
      }));
    },
    /** The graph as Graphite draws it, as PNG. */
    async picture(target: string, fromMs: number, toMs: number, { width, height }: PictureSize): Promise<Uint8Array> {
      const form = {
        ...{
          target: withNamedMarks(target),
          format: 'png',
          width: String(width),
          height: String(height),
          ...span(fromMs, toMs),
        },
        ...{ bgcolor: 'white', fgcolor: 'black', tz: 'UTC' },
      };
      const { body } = await http.bytes({ kind: 'read', path: 'render', body: { form } });
      if (!body.subarray(0, pngStart.length).equals(pngStart))
        throw new ConnectorError(name, 'invalid answer', 'the answer isn’t a picture');
      return body;
    },
    /** The tags of the events that have this tag. */
    async eventsWith(
      tag: string,
      fromMs: number,
      toMs: number,
    ): Promise<readonly { readonly tags: readonly string[] }[]> {
      const { from, until } = span(fromMs, toMs);
      const query = { tags: tag, from, until };
      const found = await http.json({ kind: 'read', path: 'events/get_data', query }, EventsAnswer);
      return found.filter(({ tags }) => tags.includes(tag));
    },
    async addEvent(event: GraphiteEvent): Promise<void> {
      const { body } = await http.bytes({ kind: 'once', path: 'events/', body: { json: event } });
      if (body.length > 0) throw new ConnectorError(name, 'unclear', 'Graphite answered an event with something else');
    },
    /** Sends an event that Graphite refuses as incomplete: whoever may add none is refused for that. */
    async tryEvent(): Promise<void> {
      await http.bytes({ kind: 'once', path: 'events/', body: { json: { tags: 0 } }, accept: [400] });
    },
  };
}

const pngStart = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
