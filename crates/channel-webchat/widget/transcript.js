// The conversation as the gateway told it: the durable entries, and the answer in the making. The
// entries decide; whatever was streamed before one is only a preview of it.

import { LOG } from './shelf.js';

/** As many entries as the gateway keeps. */
const KEPT = 200;
/** A longer cache would crowd out the site's own data; then the gateway is asked for all again. */
const LARGEST_CACHE = 400_000;

/** One visitor's transcript, cached on the shelf as `USER:log`. */
export class Transcript {
  /**
   * @param {import('./shelf.js').Shelf} shelf
   * @param {string} user
   */
  constructor(shelf, user) {
    this.shelf = shelf;
    this.name = `${user}${LOG}`;
    /** @type {{id: string, at: number, from: string, text: string}[]} */
    this.entries = [];
    const kept = shelf.get(this.name);
    // Whatever else is there was left by somebody else, and would stop the chat on every page.
    if (Array.isArray(kept)) this.entries = kept.filter((entry) => entry?.id);
    else shelf.set(this.name, undefined);
    this.ids = new Set(this.entries.map(({ id }) => id));
    /** The answer in the making so far; null while none is made. */
    this.partial = null;
    /** Whether the answer was put off. */
    this.late = false;
    /** The person who has taken over; null while the assistant answers. */
    this.person = null;
    this.degraded = false;
  }

  /** What to go on after, on any replica. */
  get last() {
    return this.entries.at(-1)?.id;
  }

  /**
   * Takes one event of the stream.
   * @returns {'entry' | 'partial' | 'state' | undefined} what it changed
   */
  apply({ type, data, id }) {
    switch (type) {
      case 'hello':
        this.degraded = data.state === 'degraded';
        this.person = data.person ?? null;
        return 'state';
      case 'state':
        this.degraded = data.state === 'degraded';
        return 'state';
      case 'entry':
        return this.add({ ...data, id: data.id ?? id });
      case 'started':
      case 'restarted':
        return this.progress('');
      case 'delta':
        return this.grow(data);
      case 'text':
        return this.progress(data.text);
      case 'postponed':
        this.partial = null;
        this.late = true;
        return 'state';
      default:
        return undefined;
    }
  }

  progress(text) {
    const was = this.late;
    this.partial = text;
    this.late = false;
    return was ? 'state' : 'partial';
  }

  grow({ at, text }) {
    const local = this.partial ?? '';
    // A gap: the whole text will follow.
    if (at > local.length) return undefined;
    return this.progress(local.slice(0, at) + text);
  }

  add(entry) {
    if (!entry.id || this.ids.has(entry.id)) return undefined;
    this.entries.push(entry);
    this.ids.add(entry.id);
    if (this.entries.length > KEPT) this.ids.delete(this.entries.shift().id);
    // An answer, or word that there won't be one, ends what was in the making.
    if (entry.from === 'assistant' || entry.from === 'notice') {
      this.partial = null;
      this.late = false;
    }
    if (entry.notice === 'taken_over') this.person = entry.name ?? '';
    if (entry.notice === 'resumed') this.person = null;
    this.keepSoon();
    return 'entry';
  }

  /** Whether the gateway has the customer's message of this client-made id. */
  has(key) {
    return this.entries.some((entry) => entry.from === 'customer' && entry.key === key);
  }

  /** Writes once for a burst of entries. What isn't written is asked for again. */
  keepSoon() {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      const size = this.entries.reduce((sum, { text }) => sum + (text?.length ?? 0) + 200, 0);
      this.shelf.set(this.name, size > LARGEST_CACHE ? undefined : this.entries);
    }, 100);
  }

  /** No more writing: the transcript is another one now. */
  close() {
    clearTimeout(this.timer);
    this.keepSoon = () => {};
  }

  /**
   * How many replies the visitor hasn't seen.
   * @param {{id?: string, at: number}} seen the last entry that was on the screen
   */
  unread(seen) {
    const place = this.entries.findIndex(({ id }) => id === seen.id);
    const rest = place < 0 ? this.entries.filter(({ at }) => at > seen.at) : this.entries.slice(place + 1);
    return rest.filter(({ from }) => from === 'assistant' || from === 'person').length;
  }
}
