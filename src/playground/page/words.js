/** Text of messages and cards as safe HTML, and times for people. */

const markdown = markdownit({ html: false, linkify: false, breaks: true }).disable(['image', 'table', 'hr']);
const cardMarkdown = markdownit({ html: false, linkify: false, breaks: true }).disable([
  'image',
  'table',
  'hr',
  'heading',
  'lheading',
  'blockquote',
  'code',
  'fence',
]);

DOMPurify.addHook('afterSanitizeAttributes', (node) => {
  if (node.tagName !== 'A') return;
  node.setAttribute('target', '_blank');
  node.setAttribute('rel', 'noopener noreferrer');
});

const clean = (html) => DOMPurify.sanitize(html, { ADD_ATTR: ['target'] });
const escapeHtml = (text) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** HTML of a card's text. */
export const cardHtml = (text) => clean(cardMarkdown.render(text));

/** HTML of a message. Characters that nobody types stand in for mentions until everything else is escaped. */
export function messageHtml(message, myId) {
  const names = [];
  const keep = (name, id) => `\uE000${names.push({ name, id }) - 1}\uE001`;
  let text = message.text.replaceAll(/[\uE000\uE001]/g, '');
  for (const mention of message.mentions)
    text = text.replaceAll(mention.text, keep(mention.text.replaceAll(/<\/?at>|^@/g, ''), mention.id));
  const html = message.from.isBot ? markdown.render(text) : escapeHtml(text).replaceAll('\n', '<br>');
  return clean(html).replaceAll(/\uE000(\d+)\uE001/g, (_whole, index) => {
    const { name, id } = names.at(Number(index));
    return `<strong class="mention${id === myId ? ' me' : ''}">${escapeHtml(name)}</strong>`;
  });
}

const time = new Intl.DateTimeFormat('en-US', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const dayAndTime = new Intl.DateTimeFormat('en-US', {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});

export function timeWords(at) {
  const today = new Date(at).toDateString() === new Date().toDateString();
  return (today ? time : dayAndTime).format(at);
}
