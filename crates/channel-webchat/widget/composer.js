// Where the visitor writes: Enter sends, Shift+Enter begins a line, and an input method that is
// choosing a character keeps its Enter.

import { icon, make, write } from './dom.js';

/** The gateway takes no message in which there is nothing to see, and no longer one. */
const VISIBLE = /[^\s\p{Cc}\p{Default_Ignorable_Code_Point}\u2800]/u;
const LONGEST = 8000;
const MOST_ROWS = 6;

/**
 * The form and its field.
 * @param {(key: string, values?: object) => string} say
 * @param {(text: string) => boolean} onSend gives false if the text was not taken
 */
export function composer(say, onSend) {
  const field = make('textarea', {
    rows: '1',
    'aria-label': say('hint'),
    placeholder: say('hint'),
    enterkeyhint: 'send',
    autocomplete: 'off',
  });
  const button = make('button', { class: 'send', 'aria-label': say('send') }, icon('send'));
  const hint = make('p', { class: 'long', role: 'status' });
  // What is too long is for its writer to shorten: nothing of it is cut off.
  const fits = () => {
    const count = [...field.value.trim()].length;
    button.disabled = count > LONGEST;
    write(hint, button.disabled ? say('long', { count, most: LONGEST }) : '');
    return !button.disabled;
  };
  const send = () => {
    const text = field.value.trim();
    if (fits() && VISIBLE.test(text) && onSend(text)) {
      field.value = '';
      grow(field);
    }
    field.focus();
  };
  field.addEventListener('input', () => {
    fits();
    grow(field);
  });
  field.addEventListener('keydown', (event) => {
    // 229 is what Safari reports for the Enter that ends a composition.
    const composing = event.isComposing || event.keyCode === 229;
    if (event.key !== 'Enter' || event.shiftKey || composing) return;
    event.preventDefault();
    send();
  });
  const submit = (event) => {
    event.preventDefault();
    send();
  };
  return { form: make('form', { class: 'composer', submit }, hint, field, button), field };
}

/** Browsers without `field-sizing` get as many rows as the text has lines. */
function grow(field) {
  if (CSS.supports('field-sizing', 'content')) return;
  field.rows = 1;
  while (field.rows < MOST_ROWS && field.scrollHeight > field.clientHeight) field.rows += 1;
}
