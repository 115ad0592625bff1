import { drawCard } from './card-view.js';
import { byId, el } from './dom.js';
import { faintWords, flaws } from './gallery-checks.js';

/** Draws every sample in light and dark, wide and narrow. Clicks go nowhere. */

const looks = ['light', 'dark'].flatMap((theme) => ['wide', 'narrow'].map((width) => ({ theme, width })));

const kibibytes = (bytes) => `${(bytes / 1024).toFixed(1)} KiB`;

function frame(card, { theme, width }) {
  return el(
    'div',
    { class: `frame ${width}`, 'data-theme': theme },
    el('h3', {}, `${theme}, ${width}`),
    drawCard(card, () => undefined),
  );
}

function drawSample({ name, state, card, weightBytes, limitBytes, problem }) {
  const title = state ? `${name} (${state})` : name;
  return el(
    'section',
    { class: `sample${card?.msteams?.width === 'Full' ? ' full' : ''}`, 'data-name': title },
    el(
      'h2',
      {},
      title,
      el('small', {}, card ? `${kibibytes(weightBytes)} of ${kibibytes(limitBytes)} · ${card.fallbackText}` : ''),
    ),
    card
      ? el('div', { class: 'frames' }, ...looks.map((look) => frame(card, look)))
      : el('p', { class: 'problem' }, problem),
  );
}

const samples = await (await fetch('/api/cards')).json();
byId('cards').replaceChildren(...samples.map(drawSample));
byId('count').textContent = `${samples.length} samples of ${new Set(samples.map(({ name }) => name)).size} cards`;
byId('flaws').replaceChildren(...[...flaws(), ...faintWords()].map((flaw) => el('li', {}, flaw)));
document.body.dataset.drawn = 'yes';
byId('filter').addEventListener('input', ({ target }) => {
  for (const section of document.querySelectorAll('.sample'))
    section.hidden = !section.dataset.name.includes(target.value.trim());
});
