// Who the visitor is to the gateway: a token that opens one conversation and no other. All tabs of
// a site share it.

import { inherit } from './outbox.js';
import { Refusal, post } from './requests.js';

/** A token that runs out within this time is renewed before it is used again. */
const MARGIN = 3_600_000;

/** Has no session yet; what it wrote goes to the first session that is made. */
export const NOBODY = { user: 'new' };

/** The session, kept on the shelf as `session`. */
export class Session {
  /**
   * @param {string} base address of the gateway's /webchat/
   * @param {import('./shelf.js').Shelf} shelf
   */
  constructor(base, shelf) {
    this.base = base;
    this.shelf = shelf;
    /** @type {{user_id: string, signature: string, name?: string} | undefined} */
    this.identity = undefined;
    /** Told when the conversation is another one. */
    this.onUser = () => {};
    this.refusedIdentity = undefined;
  }

  /** What is known without asking: `{token, user, who, …}`, or undefined. */
  get known() {
    const kept = this.shelf.get('session');
    // A visitor who signed out of the site must not see the signed-in conversation.
    return kept && (kept.who ?? '') === (this.claimed?.user_id ?? '') ? kept : undefined;
  }

  /** The identity to claim: one that was refused isn't claimed again. */
  get claimed() {
    return this.identity === this.refusedIdentity ? undefined : this.identity;
  }

  /** Server time minus this clock, in milliseconds. */
  get skew() {
    return this.known?.skew ?? 0;
  }

  /** A session that is good to use, made or renewed if need be. */
  async ensure() {
    const known = this.known;
    const fresh = known && known.expires_at - Date.now() - known.skew > MARGIN;
    return fresh && this.user === known.user ? known : this.renew(known?.token);
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
    const before = this.shelf.get('session') ?? NOBODY;
    try {
      const made = await post(`${this.base}session`, body);
      const session = { ...made, who: identity?.user_id, skew: made.server_time - Date.now() };
      this.shelf.set('session', session);
      if (before.user !== made.user) inherit(this.shelf, before, session);
      return session;
    } catch (error) {
      if (!(identity && error instanceof Refusal && error.code === 'identity_refused')) throw error;
      // The visitor isn't to blame for the site's mistake, and can still chat anonymously.
      console.error('OpenClawChat: the identity was refused: `signature` must be the lower-case ' +
        'hex HMAC-SHA256 of `user_id` under channels.webchat.identitySecret.');
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

  /** Forgets the session and everything that was kept with it. */
  forget() {
    this.shelf.clear('');
    this.user = undefined;
  }
}
