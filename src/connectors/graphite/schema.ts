import { z } from 'zod';

/** What of Graphite's answers is used. https://graphite.readthedocs.io/en/latest/render_api.html */

/** The value comes before the seconds since 1970; null is a gap. */
const Datapoint = z.tuple([z.number().nullable(), z.number()]);

export const RenderAnswer = z.array(z.object({ target: z.string(), datapoints: z.array(Datapoint) }));

/** https://graphite.readthedocs.io/en/latest/events.html */
export const EventsAnswer = z.array(z.object({ tags: z.array(z.string()) }));
