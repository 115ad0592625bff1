/** Keeps the keyboard focus when a message is redrawn. */

const controls = 'button, a[href], input, select, textarea, [tabindex="0"]';
const nameOf = (control) =>
  [control.tagName, control.type, control.value && control.type === 'radio' ? control.value : '', control.textContent]
    .concat(control.getAttribute('aria-label') ?? '', control.placeholder ?? '')
    .join('|');

/** The position of a control among those with the same name. */
function placeOf(control, all) {
  const name = nameOf(control);
  return { name, index: all.filter((each) => nameOf(each) === name).indexOf(control) };
}

/** Remembers the focused control inside an element. The result focuses its counterpart in another element, and says whether there is one. */
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
