import type { GivenFile, TextContent } from '../../contract';
import { isAllowedAddress } from '../in/inbound';
import type { AddressRule } from '../in/inbound';

/** Files in Teams: offered with a consent card, uploaded to the address that Teams gives after somebody accepts, then shown with an info card. */

const consentType = 'application/vnd.microsoft.teams.card.file.consent';
const infoType = 'application/vnd.microsoft.teams.card.file.info';

/** The card of an offered or saved file, as attachments of a message. */
export function fileAttachments({ offers, saved }: TextContent): { attachments?: object[] } {
  if (offers) {
    const { name, description, sizeInBytes, verb, id } = offers;
    const acceptContext = { verb, id, name };
    return {
      attachments: [
        {
          contentType: consentType,
          name,
          content: { description, sizeInBytes, acceptContext, declineContext: { name } },
        },
      ],
    };
  }
  if (!saved) return {};
  const { name, contentUrl, uniqueId, fileType } = saved;
  return { attachments: [{ contentType: infoType, contentUrl, name, content: { uniqueId, fileType } }] };
}

/** OneDrive and SharePoint; nothing is uploaded to any other address that a client names. */
const fileHosts = ['.sharepoint.com', '.sharepoint.us', '.sharepoint-mil.us', '.sharepoint.cn'];
const uploadLimitMs = 60_000;

/** Whether a file can be sent to this address. */
export function isFileAddress(address: string, { local }: Pick<AddressRule, 'local'>): boolean {
  if (local) return isAllowedAddress(address, { local, hosts: [] });
  const host = URL.canParse(address) ? new URL(address).hostname.toLowerCase() : '';
  return fileHosts.some((each) => host.endsWith(each)) && isAllowedAddress(address, { local, hosts: [host] });
}

/** Uploads the complete file to the address from Teams. Rejects if it isn't accepted. */
export async function uploadFile({ type, body }: GivenFile, uploadUrl: string): Promise<void> {
  const bytes = Buffer.from(body, 'utf8');
  const response = await fetch(uploadUrl, {
    method: 'PUT',
    headers: { 'content-type': type, 'content-range': `bytes 0-${bytes.length - 1}/${bytes.length}` },
    body: bytes,
    redirect: 'error',
    signal: AbortSignal.timeout(uploadLimitMs),
  });
  if (!response.ok) throw new Error(`The upload returned ${response.status}`);
}
