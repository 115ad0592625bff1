import { z } from 'zod';

/** What the answers of Azure DevOps have in common. */

export const specification = 'https://github.com/MicrosoftDocs/vsts-rest-api-specs/blob/master/specification';

export const words = z.string();
export const count = z.number().int();
export const time = z.iso.datetime();
export const links = z.strictObject({ web: z.strictObject({ href: z.url() }) });
export const person = z.strictObject({ id: words, displayName: words, uniqueName: words.optional() });

/** `VssJsonCollectionWrapper`: the specifications leave it out of most lists. */
export const listOf = (each: z.ZodType): z.ZodType => z.strictObject({ count, value: z.array(each) });

/** One call. */
export interface Operation {
  readonly method: 'GET' | 'POST' | 'PATCH';
  /** After the project. `{}` stands for one encoded part; with a slash in front, it’s after the organization. */
  readonly path: string;
  /** What it may ask beside the version. */
  readonly query?: readonly string[];
  readonly version?: string;
  readonly sent?: z.ZodType;
  readonly answered: z.ZodType;
  readonly source: string;
}
