import type { Activity, InvokeResponse } from 'botbuilder';
import { z } from 'zod';
import { plainText } from '../../../core/text';
import type { Content, Person, Turn } from '../../contract';
import { contentOf } from '../../contract';
import type { Later, TeamsBotOptions, TurnOf } from '../bot';
import { isFileAddress, uploadFile } from '../out/files';
import { retryBriefly } from '../out/replies';
import type { Replies } from '../out/replies';

type FilesOptions = Pick<TeamsBotOptions, 'connection' | 'router' | 'inbox'> & {
  readonly replies: Replies;
  readonly turnOf: TurnOf;
  readonly later: Later;
};

const text = z.string().max(2_000);
/** What Teams sends when somebody accepts or declines a file; not trusted. */
const Consent = z.object({
  action: z.enum(['accept', 'decline']),
  context: z.object({ verb: text.optional(), id: text.optional(), name: text.default('the file') }),
  uploadInfo: z
    .object({ contentUrl: text, name: text, uploadUrl: z.string().max(8_000), uniqueId: text, fileType: text })
    .optional(),
});
type Accepted = z.infer<typeof Consent>;

const limitsLastMs = 60_000;

/** Files that somebody accepts or declines. The invoke is answered at once; the outcome replaces the offer. */
export function createFileConsents({ connection, router, inbox, replies, turnOf, later }: FilesOptions) {
  const { logger } = connection.options;

  async function show(turn: Turn, offerId: string | undefined, content: Content): Promise<void> {
    if (offerId === undefined) return replies.post(turn, content);
    const edit = (): Promise<void> => connection.sender.edit({ placeId: turn.place.id, activityId: offerId }, content);
    // Nobody waits for this, and an offer that stays would look open: Teams' limits may hold the edit back for as long as they last.
    await retryBriefly(edit, limitsLastMs).catch(() => replies.post(turn, content));
  }

  async function resultOf(turn: Turn, { action, context, uploadInfo }: Accepted): Promise<Content | undefined> {
    const name = plainText(context.name, 80);
    if (action === 'decline') return { text: `**You declined ${name}.** Nothing was saved.` };
    const reply = await router.handleAction(turn, context.verb ?? '', { id: context.id ?? '' });
    const { file } = reply;
    if (!file) return contentOf(reply);
    if (!uploadInfo || !isFileAddress(uploadInfo.uploadUrl, connection.rule))
      return { text: `**${name} wasn’t saved**: Teams didn’t say where to save it. Try the export again.` };
    try {
      await uploadFile(file, uploadInfo.uploadUrl);
    } catch (error) {
      logger.warn({ error, correlationId: turn.correlationId }, 'A file could not be uploaded');
      return {
        text: `**${name} couldn’t be saved** to your OneDrive. Try the export again.`,
      };
    }
    const { contentUrl, uniqueId, fileType } = uploadInfo;
    return {
      text: `**${name} was saved** to your OneDrive.`,
      saved: { name: file.name, contentUrl, uniqueId, fileType },
    };
  }

  return {
    async onInvoke(activity: Activity, person: Person): Promise<InvokeResponse> {
      const turn = await turnOf(activity, person, 'clicked');
      const consent = Consent.safeParse(activity.value);
      const offerId = activity.replyToId;
      if (consent.success && turn.place.kind === 'personal') {
        const work = async (): Promise<void> => {
          const content = await resultOf(turn, consent.data);
          if (content) await show(turn, offerId, content);
        };
        // However often it is delivered or clicked, an offer is answered once.
        later(inbox.once(turn.place.id, `file ${offerId ?? activity.id}`, work), 'answer to a file consent');
      }
      return { status: 200, body: {} };
    },
  };
}
