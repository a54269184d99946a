// The panel: header, banner, log, composer. It shows what the chat knows, and knows nothing itself.

import { composer } from './composer.js';
import { icon, make, write } from './dom.js';
import { Fullscreen } from './fullscreen.js';
import { Messages, noticeText } from './messages.js';

/** A connection that comes back within this time isn't worth a word. */
const GRACE = 3000;
/** Nearer to the end than this, the log follows what comes. */
const NEAR = 80;
/** So many announcements stay: a screen reader may be behind. */
const ANNOUNCED = 4;

/** Everything below the launcher. */
export class View {
  /**
   * @param {ShadowRoot} root
   * @param {ReturnType<typeof import('./strings.js').words>} words
   * @param {{title?: string, say: (text: string) => boolean, stop: () => void,
   *   close: () => void, retry: (id: string) => void, discard: (id: string) => void}} acts
   */
  constructor(root, words, acts) {
    this.say = words.say;
    this.acts = acts;
    this.stuck = true;
    const { form, field } = composer(this.say, (text) => this.send(text));
    this.field = field;
    const head = this.header(acts);
    this.banner = make('p', { class: 'banner', role: 'status' });
    this.list = make('div', { class: 'list' });
    this.log = make(
      'div',
      // What is streamed is not read out word by word: `announcer` speaks when a reply is whole.
      { class: 'log', role: 'log', 'aria-live': 'off', 'aria-label': this.say('log'), tabindex: '0' },
      this.list,
    );
    this.newest = this.pill('newest', 'down', () => this.follow());
    this.halt = this.pill('stop', 'stop', acts.stop, this.say('stop'));
    this.announcer = make('div', { class: 'unseen', 'aria-live': 'polite' });
    this.panel = make(
      'section',
      { class: 'panel', id: 'panel', role: 'dialog', 'aria-labelledby': 'title', tabindex: '-1', hidden: true },
      head,
      this.banner,
      make('div', { class: 'middle' }, this.log, make('div', { class: 'pills' }, this.halt, this.newest)),
      form,
    );
    // What is clicked here is gone then, and must not take the focus along.
    const then = (act) => (id) => {
      act(id);
      this.focus();
    };
    this.messages = new Messages(this.list, words, {
      retry: then(acts.retry),
      discard: then(acts.discard),
    });
    root.append(this.panel, this.announcer);
    this.fullscreen = new Fullscreen(root, this.panel, () => this.stuck && this.follow());
    this.log.addEventListener('scroll', () => this.scrolled(), { passive: true });
  }

  header({ title, close }) {
    this.face = make('span', { class: 'face' }, icon('spark'));
    this.who = make('p', { class: 'who' });
    return make(
      'div',
      { class: 'head' },
      this.face,
      make(
        'div',
        { class: 'names' },
        make('h2', { id: 'title', dir: 'auto' }, title || this.say('title')),
        this.who,
      ),
      make(
        'button',
        { type: 'button', class: 'close', 'aria-label': this.say('close'), click: close },
        icon('close'),
      ),
    );
  }

  pill(name, drawing, click, words) {
    const label = words ? undefined : this.say(name);
    const made = make('button', { type: 'button', class: `pill ${name}`, 'aria-label': label, click, hidden: true });
    made.append(icon(drawing), ...(words ? [words] : []));
    return made;
  }

  send(text) {
    const taken = this.acts.say(text);
    if (taken) this.follow();
    return taken;
  }

  /** Shows everything anew. */
  show(chat) {
    const { transcript, outbox } = chat;
    this.messages.show({
      entries: transcript?.entries ?? [],
      pending: outbox?.list ?? [],
      greeting: chat.greeting,
      partial: transcript?.partial ?? null,
      late: transcript?.late ?? false,
      online: chat.link === 'open',
    });
    this.shown(chat);
    this.status(chat);
    const late = transcript?.late ?? false;
    if (late && !this.late && this.open) this.tell(this.say('late'));
    this.late = late;
  }

  /** Shows only the answer in the making: this happens many times a second. */
  progress(chat) {
    this.messages.progress(chat.transcript?.partial ?? null);
    this.shown(chat);
  }

  shown({ transcript }) {
    const busy = transcript?.partial != null;
    this.log.setAttribute('aria-busy', String(busy));
    this.toggle(this.halt, busy);
    if (this.stuck) this.follow();
    else this.scrolled();
  }

  status(chat) {
    const { transcript, link } = chat;
    const person = transcript?.person ?? null;
    const who = person === null ? this.say('assistant') : this.say('person', { name: person || this.say('someone') });
    if (this.who.textContent !== who) {
      this.who.textContent = who;
      this.face.replaceChildren(icon(person === null ? 'spark' : 'person'));
    }
    this.away = link === 'open' ? undefined : (this.away ?? Date.now());
    clearTimeout(this.patience);
    const left = this.away + GRACE - Date.now();
    if (left > 0) this.patience = setTimeout(() => this.status(chat), left + 10);
    const key = this.trouble(link, left, chat);
    this.banner.classList.toggle('mild', key === 'degraded' || key === 'unsent');
    write(this.banner, key ? this.say(key) : '');
    this.panel.classList.toggle('linked', link === 'open');
  }

  /** The one thing that the visitor should know about what is sent; none if all is well. */
  trouble(link, left, { transcript, outbox }) {
    if (outbox?.full) return 'full';
    if (link === 'offline') return 'offline';
    if (link === 'refused') return 'refused';
    if (link !== 'open' && left <= 0) return 'lost';
    if (!transcript?.degraded) return undefined;
    return outbox?.behind ? 'unsent' : 'degraded';
  }

  /** Says a finished reply once to those who don't see it. */
  announce(entry) {
    const who = entry.from === 'person' ? entry.name || this.say('someone') : this.say('assistant');
    const row = this.messages.rows.get(`e ${entry.id}`);
    const text = row?.querySelector('.bubble')?.textContent ?? entry.text;
    const words = entry.from === 'notice' ? noticeText(entry, this.say) : `${who}: ${text}`;
    this.tell(words);
  }

  tell(words) {
    this.announcer.append(make('p', {}, words));
    while (this.announcer.children.length > ANNOUNCED) this.announcer.firstChild.remove();
  }

  follow() {
    this.stuck = true;
    this.log.scrollTop = this.log.scrollHeight;
    this.toggle(this.newest, false);
  }

  scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = this.log;
    this.stuck = scrollHeight - scrollTop - clientHeight < NEAR;
    this.toggle(this.newest, !this.stuck);
  }

  /** Shows or hides a button. One that is hidden must not take the focus along. */
  toggle(button, shown) {
    if (!shown && button.matches(':focus')) this.focus();
    button.hidden = !shown;
  }

  get open() {
    return !this.panel.hidden;
  }

  /** @param {{open: boolean}} want */
  set({ open }) {
    this.panel.hidden = !open;
    this.fullscreen.set(open);
    if (open) this.follow();
  }

  /** Puts the focus where one begins: not into the field where that would call up a keyboard. */
  focus() {
    (matchMedia('(pointer: coarse)').matches ? this.panel : this.field).focus();
  }
}
