// Puts the parts together: session, stream, transcript and outbox. The view asks it what to show,
// and hears when that changed.

import { Outbox, inherit } from './outbox.js';
import { isForeign, post } from './requests.js';
import { NOBODY, Session } from './session.js';
import { Shelf } from './shelf.js';
import { Stream } from './stream.js';
import { Transcript } from './transcript.js';

/** Stands for the visitor until the gateway has given a session: writing is possible at once. */
const nobody = () => ({ ...NOBODY, server_time: Date.now() });

/** One visitor's chat with one gateway. */
export class Chat {
  /**
   * @param {string} base address of the gateway's /webchat/
   * @param {{changed: (what: 'entries' | 'partial' | 'state') => void,
   *   arrived: (entry: object) => void, emit: (name: string, detail: any) => void}} ears
   */
  constructor(base, ears) {
    this.base = base;
    this.ears = ears;
    this.shelf = new Shelf(`openclaw:${base}:`, 'localStorage');
    this.tab = new Shelf(`openclaw:${base}:`, 'sessionStorage');
    this.session = new Session(base, this.shelf, this.tab);
    this.session.onUser = (session) => this.settle(session);
    this.link = 'connecting';
    this.greeting = '';
    this.watched = false;
    this.stream = new Stream({
      url: `${base}events`,
      session: this.session,
      last: () => this.transcript?.last,
      onEvent: (event) => this.hear(event),
      onLink: (link) => this.linked(link),
      isForeign: () => isForeign(base),
      onForeign: () => this.keptOut(),
    });
    this.shelf.watch((name) => this.sync(name));
  }

  /** Whether an earlier visit left a conversation that may have news. */
  get returning() {
    return Boolean(this.shelf.get('session') ?? this.shelf.names(`${NOBODY.user}:out:`)[0]);
  }

  /** Connects; from then on the chat is kept up to date. */
  start() {
    const known = this.session.known;
    // What is cached is shown before the gateway has answered.
    if (!this.transcript) this.settle(known ?? nobody());
    this.stream.start();
  }

  /** Says who the visitor is; `null` for somebody who has signed out. */
  identify(who) {
    const { session } = this;
    const now = session.identity;
    if (now?.user_id === who?.user_id && now?.signature === who?.signature && who) return;
    const { shelf, tab } = this;
    // What an anonymous visitor has just written goes along when they sign in.
    const same = who && (now?.user_id ?? who.user_id) === who.user_id;
    if (same && this.user && !session.claimed) inherit({ shelf, user: this.user }, { shelf, ...NOBODY });
    const last = tab.get('who');
    if (!who) session.forget();
    else if (last !== who.user_id) {
      // Nothing of one visitor is for the next one, not even what has no session yet.
      if (last !== undefined) tab.clear('');
      tab.set('who', who.user_id);
    }
    session.identity = who ?? undefined;
    session.user = undefined;
    this.ears.emit('session');
    this.leave();
    if (this.stream.running) this.settle(this.session.known ?? nobody());
  }

  /** Another tab forgot the visitor. */
  forgotten() {
    this.session.user = undefined;
    this.user = undefined;
    this.ears.emit('session');
    this.settle(nobody());
  }

  leave() {
    this.transcript?.close();
    this.outbox?.close();
    this.transcript = undefined;
    this.outbox = undefined;
  }

  /** The conversation is this session's from now on. */
  settle({ user, before, greeting, conversation, server_time: now }) {
    const { place, identity } = this.session;
    // What was written before there was a session, or while the last one ran out. What waits in the
    // tab is from somebody whom the site knows, and isn't for whoever it doesn't.
    for (const shelf of identity ? [this.shelf, this.tab] : [this.shelf]) {
      for (const from of [before, NOBODY.user]) if (from) inherit({ shelf, user: from }, { shelf: place, user });
    }
    // The site may have removed the session that was in use, and what came before is known no more.
    if (!identity && this.user) inherit({ shelf: this.shelf, user: this.user }, { shelf: place, user });
    this.greeting = greeting ?? '';
    if (this.user === user && this.transcript) {
      this.outbox.flush();
      this.ears.changed('entries');
      return;
    }
    this.leave();
    this.user = user;
    this.transcript = new Transcript(place, user);
    // Replies from before this browser's first visit aren't news.
    const seen = place.get(`${user}:seen`);
    if (!seen) place.set(`${user}:seen`, { at: now });
    // Nor is what was on the screen already, where there was no room to keep it.
    this.newsAfter = Math.max(now, seen?.at ?? 0);
    this.outbox = new Outbox(
      place,
      user,
      (message) => this.deliver(message),
      () => navigator.onLine !== false || this.link === 'open',
      () => this.link === 'open' && this.transcript?.degraded,
      () => this.ears.changed('entries'),
    );
    this.outbox.settle((id) => this.transcript.has(id));
    this.ears.changed('entries');
    this.stream.renew();
    this.outbox.flush();
    if (conversation) this.ears.emit('session', { conversation });
  }

  async deliver({ id, text }) {
    const owner = this.user;
    let session = await this.session.ensure();
    // If the conversation became another one, the message went to its outbox, and is sent from there.
    if (session.user !== owner) return;
    try {
      await post(`${this.base}messages`, { id, text }, session.token);
    } catch (error) {
      if (error.status !== 401) throw error;
      session = await this.session.renew(session.token);
      if (session.user !== owner) return;
      await post(`${this.base}messages`, { id, text }, session.token);
    }
    this.ears.emit('sent', { id, text });
  }

  /** @returns {boolean} whether the message was taken */
  say(text) {
    if (!this.outbox || this.outbox.full) return false;
    this.outbox.add(text, this.now);
    this.stream.hurry();
    return true;
  }

  /** Tries a message again that could not be sent. */
  retry(id) {
    this.outbox?.retry(id, this.now);
  }

  /** Drops a message that could not be sent. */
  discard(id) {
    this.outbox?.put(id, undefined);
  }

  /** The gateway's time. */
  get now() {
    return Date.now() + this.session.skew;
  }

  /** Cuts off the answer in the making. */
  async stop() {
    try {
      const { token } = await this.session.ensure();
      await post(`${this.base}stop`, {}, token);
    } catch {
      // The answer goes on, and the button is still there to be pressed again.
    }
  }

  hear(event) {
    const before = this.transcript;
    if (event.type === 'hello') this.session.measure(event.data.server_time);
    const ailed = before?.degraded;
    const what = before?.apply(event);
    if (!what) return;
    if (before.degraded !== ailed) this.outbox.revive();
    if (what === 'entry') {
      const entry = before.entries.at(-1);
      if (entry.key) this.outbox.settle((id) => id === entry.key);
      if (this.watched) this.see();
      if (entry.from !== 'customer' && entry.at > this.newsAfter) {
        this.ears.arrived(entry);
        const { id, at, from, text } = entry;
        this.ears.emit('message', { id, at, from, text });
      }
    }
    this.ears.changed(what === 'entry' ? 'entries' : what);
  }

  /** The site may not use the chat: its visitors can't mend that, and its developer can. */
  keptOut() {
    console.error(`OpenClawChat: pages of ${location.origin} may not use the chat: ` +
      'the origin is missing in channels.webchat.allowedOrigins of the gateway.');
    this.ears.emit('error', { code: 'origin_not_allowed' });
  }

  linked(link) {
    this.link = link;
    if (link === 'open') this.outbox?.revive();
    this.ears.changed('state');
  }

  /** Another tab changed something on the shelf. */
  sync(name) {
    if (name === 'session' && this.session.user && !this.session.claimed) {
      const known = this.session.known;
      if (known) this.session.adopt(known);
      else this.forgotten();
    } else if (name.startsWith(`${this.user}:out:`)) {
      this.ears.changed('entries');
      this.outbox?.flush();
    } else if (name === `${this.user}:seen`) {
      this.ears.changed('state');
    }
  }

  /** Everything up to now was on the screen. */
  see() {
    const entry = this.transcript?.entries.at(-1);
    const name = `${this.user}:seen`;
    const { place } = this.session;
    if (entry && place.get(name)?.id !== entry.id) {
      place.set(name, { id: entry.id, at: entry.at });
    }
  }

  get unread() {
    const seen = this.session.place.get(`${this.user}:seen`);
    return this.transcript && seen ? this.transcript.unread(seen) : 0;
  }
}
