'use strict';
// The tracker's own pages: every ticket, and one ticket with what people can do there.

const signs = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&#39;'],
]);
const escape = (text) => String(text).replace(/[&<>"']/g, (sign) => signs.get(sign));
const when = (at) => new Date(at).toISOString().slice(0, 16).replace('T', ' ');

const style = `body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem;color:#242424}
a{color:#4f52b2}.quiet{color:#616161}.text{white-space:pre-wrap;overflow-wrap:anywhere}li{margin:.25rem 0}
.status{border:1px solid #d1d1d1;border-radius:4px;padding:0 .4rem}form{margin:1rem 0;display:flex;gap:.5rem;flex-wrap:wrap}
input,select,button{font:inherit;padding:.25rem .5rem}@media(prefers-color-scheme:dark){body{background:#1f1f1f;color:#fff}
.quiet{color:#adadad}a{color:#9299f7}}`;

const page = (title, body) => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escape(title)}</title><style>${style}</style></head><body>${body}</body></html>`;

/** Every ticket, newest first. */
function listPage(tickets) {
  const rows = tickets.map(
    ({ id, title, status }) =>
      `<li><a href="/tickets/${id}">${id}</a> <span class="status">${escape(status)}</span> ${escape(title)}</li>`,
  );
  return page('Tickets', `<h1>Tickets</h1>${rows.length ? `<ul>${rows.join('')}</ul>` : '<p>No tickets yet.</p>'}`);
}

/** One ticket, as `shown` describes it. */
function ticketPage({ id, title, status, description, notes, assignee, comments, moves, createdAt }) {
  const note = ({ text, url }) =>
    `<p>${isWeb(url) ? `<a href="${escape(url)}">${escape(text)}</a>` : escape(text)}</p>`;
  const comment = ({ text, by, at }) =>
    `<p class="quiet">${escape(by)}, ${when(at)} UTC</p><p class="text">${escape(text)}</p>`;
  const options = moves.map((each) => `<option>${escape(each.status)}</option>`).join('');
  return page(
    `${id} ${title}`,
    `<p><a href="/">All tickets</a></p><h1>${id} ${escape(title)}</h1>
<p><span class="status">${escape(status)}</span> <span class="quiet">${assignee ? `assigned to ${escape(assignee)}` : 'not assigned'}, opened ${when(createdAt)} UTC</span></p>
<p class="text">${escape(description)}</p>${notes.map(note).join('')}
<form method="post" action="/tickets/${id}/move"><select name="status" aria-label="Status">${options}</select><button>Move</button></form>
<form method="post" action="/tickets/${id}/assign"><input name="assignee" maxlength="60" aria-label="Assignee" value="${escape(assignee ?? '')}"><button>Assign</button></form>
<form method="post" action="/tickets/${id}/comment"><input name="text" maxlength="2000" required aria-label="Comment"><button>Comment</button></form>
${comments.map(comment).join('')}`,
  );
}

const isWeb = (url) => URL.canParse(url ?? '') && /^https?:$/.test(new URL(url).protocol);

module.exports = { listPage, ticketPage };
