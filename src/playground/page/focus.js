/** Keeps the keyboard where it was when a message is drawn anew. */

const controls = 'button, a[href], input, select, textarea, [tabindex="0"]';
const nameOf = (control) =>
  [control.tagName, control.type, control.value && control.type === 'radio' ? control.value : '', control.textContent]
    .concat(control.getAttribute('aria-label') ?? '', control.placeholder ?? '')
    .join('|');

/** The place of a control among those of its name. */
function placeOf(control, all) {
  const name = nameOf(control);
  return { name, index: all.filter((each) => nameOf(each) === name).indexOf(control) };
}

/** Remembers the focused control inside an element; the answer gives the focus to its like in another one, and says whether there is one. */
export function rememberFocus(before) {
  const focused = document.activeElement;
  if (!before.contains(focused)) return undefined;
  const place = placeOf(focused, [...before.querySelectorAll(controls)]);
  const caret = focused.matches('textarea, input[type=text]')
    ? [focused.selectionStart, focused.selectionEnd]
    : undefined;
  return (after) => {
    const likes = [...after.querySelectorAll(controls)].filter((each) => nameOf(each) === place.name);
    const like = likes.at(place.index);
    if (!like || like.disabled) return false;
    like.focus({ preventScroll: true });
    if (caret) like.setSelectionRange(...caret);
    return true;
  };
}
