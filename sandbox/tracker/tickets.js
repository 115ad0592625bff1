'use strict';
// The tickets of the tracker: one file each, written completely or not at all, so they survive whatever ends the process.

const fs = require('node:fs');
const path = require('node:path');
const { readJson, writeJson } = require('../../detached/files.js');

/** Each status with what it means, and the ones that people can move a ticket to from there. */
const workflow = new Map([
  ['To do', { category: 'open', next: ['In progress', 'Done', 'Won’t do'] }],
  ['In progress', { category: 'doing', next: ['To do', 'Done', 'Won’t do'] }],
  ['Done', { category: 'done', next: ['To do'] }],
  ['Won’t do', { category: 'rejected', next: ['To do'] }],
]);

/** What can't be done, with the status that the tracker answers. */
class Refusal extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

const projectForm = /^[A-Z][A-Z0-9]{0,19}$/;
const idForm = /^([A-Z][A-Z0-9]{0,19})-(\d{1,7})$/;

function requireText(value, name, longest, isOptional = false) {
  const isText = typeof value === 'string' && value.length <= longest && (isOptional || value.trim() !== '');
  if (!isText) throw new Refusal(400, `${name} has to be a text of at most ${longest} characters`);
  return value;
}

function requireProject(project) {
  if (!projectForm.test(project)) throw new Refusal(404, 'A project is up to 20 capital letters and digits');
  return project;
}

function requireNotes(notes) {
  if (!Array.isArray(notes) || notes.length > 10) throw new Refusal(400, 'notes has to be a list of at most 10');
  return notes.map(({ text, url }) => ({
    text: requireText(text, 'a note', 500),
    ...(url !== undefined && { url: requireText(url, 'the address of a note', 2_000) }),
  }));
}

/** The tickets below a folder. */
function openTickets(folder) {
  fs.mkdirSync(folder, { recursive: true });
  const tickets = new Map();
  for (const name of fs.readdirSync(folder))
    if (idForm.test(path.basename(name, '.json')) && name.endsWith('.json')) {
      const ticket = readJson(path.join(folder, name));
      if (ticket) tickets.set(ticket.id, ticket);
    }

  function keep(ticket) {
    writeJson(path.join(folder, `${ticket.id}.json`), ticket);
    tickets.set(ticket.id, ticket);
    return ticket;
  }

  const numberOf = ({ id }) => Number(idForm.exec(id)?.[2] ?? 0);
  const inProject = (project) => [...tickets.values()].filter((each) => each.project === project);

  function require(id) {
    const ticket = tickets.get(id);
    if (!ticket) throw new Refusal(404, `There is no ticket ${String(id).slice(0, 40)}`);
    return ticket;
  }

  return {
    /** Newest first. */
    all: () => [...tickets.values()].sort((one, other) => other.createdAt - one.createdAt),
    require,
    requireProject,
    byKey: (project, key) => inProject(project).filter((each) => each.key === key),
    /** The same key again is the same ticket. */
    create(project, { key, title, description, notes, by }) {
      requireProject(project);
      requireText(key, 'key', 200);
      const known = inProject(project).find((each) => each.key === key);
      if (known) return known;
      const now = Date.now();
      const number = Math.max(0, ...inProject(project).map(numberOf)) + 1;
      return keep({
        ...{ id: `${project}-${number}`, project, key, title: requireText(title, 'title', 200) },
        ...{ description: requireText(description, 'description', 20_000, true), notes: requireNotes(notes) },
        ...{ by: requireText(by, 'by', 100), status: 'To do', comments: [], createdAt: now, updatedAt: now },
      });
    },
    /** The same key again adds nothing. */
    comment(id, { key, text, by }) {
      const ticket = require(id);
      if (key !== undefined && ticket.comments.some((each) => each.key === key)) return ticket;
      if (ticket.comments.length >= 500)
        throw new Refusal(409, `${id} already has 500 comments, the most that a ticket can have`);
      const comment = { key, text: requireText(text, 'text', 20_000), by: requireText(by, 'by', 100), at: Date.now() };
      return keep({ ...ticket, comments: [...ticket.comments, comment], updatedAt: comment.at });
    },
    move(id, { status, by }) {
      const ticket = require(id);
      requireText(by, 'by', 100);
      if (ticket.status === status) return ticket;
      const { next } = workflow.get(ticket.status);
      if (!next.includes(status))
        throw new Refusal(409, `${id} is ${ticket.status}. From there it can become ${next.join(', ')}`);
      return keep({ ...ticket, status, updatedAt: Date.now() });
    },
    assign(id, assignee) {
      const ticket = require(id);
      return keep({ ...ticket, assignee: requireText(assignee, 'assignee', 60, true).trim(), updatedAt: Date.now() });
    },
  };
}

/** What the API says of a ticket. */
function shown(ticket) {
  const { category, next } = workflow.get(ticket.status);
  const moves = next.map((status) => ({ status, category: workflow.get(status).category }));
  return { ...ticket, category, moves, path: `/tickets/${ticket.id}` };
}

module.exports = { openTickets, shown, workflow, Refusal };
