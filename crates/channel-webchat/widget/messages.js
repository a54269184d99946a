// The log: entries as the gateway ordered them, and between them what could not be sent; then what is
// still on its way, then the answer in the making. Each message keeps its element, so nothing moves that didn't change.

import { make } from './dom.js';
import { draw } from './markdown.js';

/** Messages of one sender within this time stand together. */
const TOGETHER = 300_000;

/** Fills the log's list. */
export class Messages {
  /**
   * @param {Element} list
   * @param {ReturnType<typeof import('./strings.js').words>} words
   * @param {{retry: (id: string) => void, discard: (id: string) => void}} acts
   */
  constructor(list, words, acts) {
    this.list = list;
    this.words = words;
    this.acts = acts;
    this.rows = new Map();
    this.live = undefined;
  }

  /**
   * Brings the list up to date.
   * @param {{entries: object[], pending: import('./outbox.js').Waiting[], greeting: string,
   *   partial: string | null, late: boolean, online: boolean}} chat
   */
  show(chat) {
    const said = this.said(chat);
    const rows = [];
    const keep = new Map();
    const place = (key, build) => {
      const row = this.rows.get(key) ?? build();
      keep.set(key, row);
      rows.push(row);
      return row;
    };
    let before;
    said.forEach((one, at) => {
      if (one.at !== undefined) this.separate(before, one, place);
      const row = place(one.key, () => this.build(one));
      const after = said[at + 1];
      row.classList.toggle('on', together(before, one));
      this.caption(row, one, together(one, after), one === chat.newest);
      before = one;
    });
    if (chat.late) place('late', () => make('p', { class: 'notice late' }, this.words.say('late')));
    this.progress(chat.partial);
    if (this.live) rows.push(this.live);
    this.rows = keep;
    arrange(this.list, rows);
  }

  /** What has been said, by whom, in order. */
  said(chat) {
    const said = chat.entries.map((entry) => ({
      ...entry,
      key: entry.from === 'customer' ? `c ${entry.key ?? entry.id}` : `e ${entry.id}`,
      state: entry.from === 'customer' ? 'sent' : undefined,
    }));
    const seen = new Set(said.map(({ key }) => key));
    for (const message of chat.pending) {
      const key = `c ${message.id}`;
      if (seen.has(key)) continue;
      const state = message.state === 'sending' && !chat.online ? 'waiting' : message.state;
      // What failed stays where it was written, and the others go on below it.
      const at = state === 'failed' ? said.findLastIndex((one) => one.at <= message.at) + 1 : said.length;
      said.splice(at, 0, { ...message, state, key, from: 'customer' });
    }
    chat.newest = said.findLast(({ state }) => state === 'sent');
    if (chat.greeting) {
      said.unshift({ key: `greeting ${chat.greeting}`, from: 'assistant', text: chat.greeting });
    }
    return said;
  }

  separate(before, { at }, place) {
    const { day } = this.words;
    const name = day(at);
    if (before?.at !== undefined && day(before.at) === name) return;
    place(`day ${new Date(at).toDateString()} ${name}`, () =>
      make('p', { class: 'day' }, make('time', { datetime: new Date(at).toISOString() }, name)),
    );
  }

  build(one) {
    const { say } = this.words;
    if (one.from === 'notice') {
      return make('p', { class: `notice ${one.notice ?? ''}` }, noticeText(one, say));
    }
    // The finished reply takes the place, and the nodes, of the one that was in the making.
    if (one.from === 'assistant' && this.live && one.at !== undefined) {
      const row = this.live;
      this.live = undefined;
      row.classList.remove('live');
      draw(row.querySelector('.bubble'), one.text ?? '');
      return row;
    }
    const row = this.row(one.from, one.from === 'person' ? one.name || say('someone') : undefined);
    const bubble = row.querySelector('.bubble');
    // The customer's own words stand as they were written.
    if (one.from === 'customer') bubble.append(make('p', { dir: 'auto' }, one.text ?? ''));
    else draw(bubble, one.text ?? '');
    return row;
  }

  row(from, name) {
    const { say } = this.words;
    const speaker = { customer: 'you', person: 'someone' }[from] ?? 'assistant';
    return make(
      'div',
      { class: `message ${from}` },
      name
        ? make('p', { class: 'name', dir: 'auto' }, name)
        : make('span', { class: 'unseen' }, `${say(speaker)}: `),
      make('div', { class: 'bubble' }),
      make('p', { class: 'caption' }),
    );
  }

  /** The line below a message: when it was said, and what became of it. */
  caption(row, one, goesOn, newest) {
    const line = row.querySelector('.caption');
    if (!line || one.at === undefined) return;
    const { say, time } = this.words;
    const sure = one.state === undefined || one.state === 'sent';
    row.classList.toggle('failed', one.state === 'failed');
    const parts = [];
    if (!sure) parts.push(say(one.state));
    else if (newest || !goesOn) {
      parts.push(make('time', { datetime: new Date(one.at).toISOString() }, time(one.at)));
    }
    if (sure && newest) parts.push(` · ${say('sent')}`);
    if (one.state === 'failed') {
      for (const [name, act] of [['again', 'retry'], ['discard', 'discard']]) {
        const click = () => this.acts[act](one.id);
        parts.push(' ', make('button', { type: 'button', class: `act ${name}`, click }, say(name)));
      }
    }
    // Only what changed is written: a button that is made anew has lost its focus.
    if (line.textContent === parts.map((part) => part.textContent ?? part).join('')) return;
    line.replaceChildren(...parts);
  }

  /** Shows the answer in the making; null takes it away. */
  progress(partial) {
    if (partial === null) {
      this.live?.remove();
      this.live = undefined;
      return;
    }
    if (!this.live) {
      this.live = this.row('assistant');
      this.live.classList.add('live');
      this.list.append(this.live);
    }
    const bubble = this.live.querySelector('.bubble');
    const dots = bubble.querySelector('.dots');
    if (partial === '') {
      // Drawing anew would take the dots away.
      if (dots) return;
      draw(bubble, '');
      bubble.append(this.dots());
    } else {
      dots?.remove();
      draw(bubble, partial, { open: true });
    }
  }

  dots() {
    const hidden = make('span', { class: 'unseen' }, this.words.say('writing'));
    const mark = () => make('i', { 'aria-hidden': 'true' });
    return make('span', { class: 'dots' }, mark(), mark(), mark(), hidden);
  }
}

/** What a notice says, in the visitor's language. */
export function noticeText({ notice, name, text }, say) {
  switch (notice) {
    case 'taken_over':
      return say('person', { name: name || say('someone') });
    case 'resumed':
      return say('resumed');
    case 'failed':
      return say('unanswered');
    default:
      return text ?? '';
  }
}

function together(one, other) {
  return (
    one?.at !== undefined &&
    other?.at !== undefined &&
    one.from === other.from &&
    one.name === other.name &&
    one.from !== 'notice' &&
    other.at - one.at < TOGETHER &&
    new Date(one.at).getDate() === new Date(other.at).getDate()
  );
}

/** Moves as few elements as possible: a moved one loses its focus. */
function arrange(list, rows) {
  const wanted = new Set(rows);
  for (const child of [...list.children]) if (!wanted.has(child)) child.remove();
  rows.forEach((row, at) => {
    if (list.children[at] !== row) list.insertBefore(row, list.children[at] ?? null);
  });
}

