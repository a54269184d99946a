// Who the visitor is to the gateway: a token that opens one conversation and no other. All tabs of
// a site share it.

import { Refusal, post } from './requests.js';

/** Has no session yet; what it wrote goes to the first session that is made. */
export const NOBODY = { user: 'new' };

/**
 * The session, kept as `session`. One of a visitor whom the site knows is kept for the tab only:
 * the site says on each page anew who it is, and whoever uses the computer next finds nothing.
 */
export class Session {
  /**
   * @param {string} base address of the gateway's /webchat/
   * @param {import('./shelf.js').Shelf} shelf for an anonymous visitor
   * @param {import('./shelf.js').Shelf} tab for one whom the site knows
   */
  constructor(base, shelf, tab) {
    this.base = base;
    this.shelf = shelf;
    this.tab = tab;
    /** @type {{user_id: string, signature: string, name?: string} | undefined} */
    this.identity = undefined;
    /** Told when the conversation is another one. */
    this.onUser = () => {};
    this.refusedIdentity = undefined;
  }

  /** The identity to claim: one that was refused isn't claimed again. */
  get claimed() {
    return this.identity === this.refusedIdentity ? undefined : this.identity;
  }

  /** Where this visitor's session and transcript belong. */
  get place() {
    return this.claimed ? this.tab : this.shelf;
  }

  /** What is known without asking: `{token, user, …}`, or undefined. */
  get known() {
    const kept = this.place.get('session');
    // What isn't a session was left by somebody else.
    if (kept && (typeof kept.token !== 'string' || typeof kept.user !== 'string')) return void this.place.set('session', undefined);
    return kept?.who === this.claimed?.user_id ? kept : undefined;
  }

  /** Server time minus this clock, in milliseconds. */
  get skew() {
    return this.measured ?? this.known?.skew ?? 0;
  }

  /** The gateway says what time it is. */
  measure(time) {
    this.measured = time - Date.now();
  }

  /** A session that is good to use, made if need be, and renewed on each page and halfway. */
  async ensure() {
    const { known } = this;
    const left = known ? known.expires_at - Date.now() - this.skew : 0;
    const fresh = left > (known?.expires_at - known?.server_time) / 2;
    if (fresh && this.user === known.user) return known;
    try {
      return await this.renew(known?.token);
    } catch (error) {
      // Until it has run out it will do, whatever keeps the gateway from renewing it.
      if (!(left > 0 && error.passing && this.known?.token === known.token)) throw error;
      return this.adopt(known);
    }
  }

  /**
   * Asks for a session, unless another tab just did.
   * @param {string} [spent] the token that won't do any more
   */
  renew(spent) {
    this.asking ??= this.shelf
      .alone('session', async () => {
        const known = this.known;
        const theirs = known && known.token !== spent;
        return this.adopt(theirs ? known : await this.ask(known));
      })
      .finally(() => {
        this.asking = undefined;
      });
    return this.asking;
  }

  async ask(known) {
    const identity = this.claimed;
    const body = identity ? { identity } : known ? { token: known.token } : {};
    try {
      const made = await post(`${this.base}session`, body);
      // Meanwhile the visitor signed in or out, here or in another tab: this is somebody else's.
      if (identity !== this.claimed || (known && !this.known)) return this.ask(this.known);
      this.measure(made.server_time);
      const session = {
        ...made,
        who: identity?.user_id,
        skew: this.measured,
        // The expired one, of which messages may be left that still have to be sent.
        before: identity ? undefined : known?.user,
      };
      // Without room for it the one before stays for the other tabs, since it is still good.
      if (known?.user === session.user) this.place.renew('session', session);
      else this.place.set('session', session);
      return session;
    } catch (error) {
      const unfit = error instanceof Refusal && (error.code === 'identity_refused' || error.status === 422);
      if (!identity || !unfit) throw error;
      // The visitor isn't to blame for the site's mistake, and can still chat anonymously.
      console.error('OpenClawChat: the identity was refused:', error.words);
      this.refusedIdentity = identity;
      return this.ask(this.known);
    }
  }

  /** Makes a session the one in use. */
  adopt(session) {
    const same = this.user === session.user;
    this.user = session.user;
    if (!same) this.onUser(session);
    return session;
  }

  /** Forgets the visitor and everything that was kept. */
  forget() {
    this.shelf.clear('');
    this.tab.clear('');
    this.user = undefined;
  }
}
