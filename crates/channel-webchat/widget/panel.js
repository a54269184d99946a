// What the loader fetches: defines the element, and connects launcher, chat and view.

import { Chat } from './chat.js';
import { icon, make, write } from './dom.js';
import { words } from './strings.js';
import { sheet } from './styles.js';
import { View } from './view.js';

/** `<openclaw-chat>`; the loader made it and its shadow root, this gives it its life. */
class ChatElement extends HTMLElement {
  /** Brings it to life; once more, if something failed before the end. */
  mount(parts) {
    if (!this.view) this.build(parts);
    const { options, emit, paint } = parts;
    const { identityUser: user_id, identitySignature: signature, identityName: name } = options;
    if (user_id && signature) this.identify({ user_id, signature, name });
    else if (this.chat.returning) this.chat.start();
    // Who had the chat open goes on with it on the site's next page.
    if (this.chat.tab.get('open') && !this.view.fullscreen.small) this.open({ quiet: true });
    paint();
    emit('ready', {});
    return this;
  }

  /** Builds the panel beside the launcher that is already shown. */
  build({ button, options, emit, paint }) {
    this.emit = emit;
    this.button = button;
    this.words = words(options.lang);
    this.shadowRoot.adoptedStyleSheets.push(sheet());
    this.badge = make('span', { class: 'badge', 'aria-hidden': 'true', hidden: true });
    button.append(icon('down'), this.badge);
    button.setAttribute('aria-haspopup', 'dialog');
    this.greeting = options.greeting;
    this.chat = new Chat(options.base, {
      changed: (what) => this.changed(what),
      arrived: (entry) => this.arrived(entry),
      emit,
    });
    this.view = new View(this.shadowRoot, this.words, {
      title: options.title,
      say: (text) => this.chat.say(text),
      stop: () => this.chat.stop(),
      close: () => this.close(),
      retry: (id) => this.chat.retry(id),
      discard: (id) => this.chat.discard(id),
    });
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', paint);
    document.addEventListener('visibilitychange', () => this.watch());
    this.shadowRoot.addEventListener('keydown', (event) => this.escape(event));
    // What had the focus may be gone; where anything else of the page has it, Esc is the site's.
    document.addEventListener('keydown', (event) => {
      if (document.activeElement === document.body) this.escape(event);
    });
  }

  open({ quiet = false } = {}) {
    const had = document.activeElement;
    if (!this.view.open || had !== this) this.from = quiet ? undefined : had;
    if (!this.view.open) {
      this.chat.start();
      this.view.show(this.shown);
      this.view.set({ open: true });
      this.dataset.shown = '';
      this.chat.tab.set('open', true);
      this.watch();
      this.emit('open', {});
    }
    // What fills the screen is all that there is to have the focus.
    if (!quiet || this.view.fullscreen.active) this.view.focus();
  }

  /** Esc closes the panel, and is nothing more: a browser would stop what the page is loading. */
  escape(event) {
    if (event.key !== 'Escape' || event.isComposing || event.defaultPrevented || !this.view.open) return;
    event.preventDefault();
    event.stopPropagation();
    const lost = document.activeElement === document.body;
    this.close();
    if (lost && this.from) this.giveBack();
  }

  close() {
    if (!this.view.open) return;
    const had = this.shadowRoot.activeElement;
    this.view.set({ open: false });
    delete this.dataset.shown;
    this.chat.tab.set('open', undefined);
    this.watch();
    if (had) this.giveBack();
    this.emit('close', {});
  }

  /** The focus goes back to where it was, or to the launcher. */
  giveBack() {
    const { from } = this;
    this.from = undefined;
    const good = from?.isConnected && from !== document.body && (from.checkVisibility?.() ?? true);
    if (good) from.focus();
    // Not everything takes the focus, and the launcher was focused within this element.
    if (!good || this.shadowRoot.activeElement || document.activeElement !== from) this.button.focus();
  }

  toggle() {
    if (this.view.open) this.close();
    else this.open();
  }

  /** @param {{user_id: string, signature: string, name?: string} | null} who */
  identify(who) {
    // A number is taken as its digits, which are what the site's server has signed.
    const given = ['user_id', 'signature', 'name'].map((key) => String(who?.[key] ?? ''));
    const [user_id, signature, name] = given;
    if (who !== null && !(user_id && signature)) {
      console.error('OpenClawChat.identify: give {user_id, signature, name?}, or null to sign out.');
      return;
    }
    this.chat.identify(who && { user_id, signature, name });
    if (who) this.chat.start();
  }

  /** What the view shows: the chat, with the site's own greeting if it has one. */
  get shown() {
    const { transcript, outbox, link, greeting } = this.chat;
    return { transcript, outbox, link, greeting: this.greeting ?? greeting };
  }

  /** Gathers changes: a burst of entries is drawn once, and streamed text once per frame. */
  changed(what) {
    if (what === 'partial') {
      this.frame ??= requestAnimationFrame(() => {
        this.frame = undefined;
        this.view.progress(this.shown);
      });
      return;
    }
    this.soon ??= Promise.resolve().then(() => {
      this.soon = undefined;
      this.view.show(this.shown);
      this.count();
    });
  }

  arrived(entry) {
    // After it was drawn, since what is said aloud is what is shown.
    if (this.view.open) setTimeout(() => this.view.announce(entry));
  }

  /** Whoever sees the panel has read what is in it. */
  watch() {
    this.chat.watched = this.view.open && !document.hidden;
    if (this.chat.watched) this.chat.see();
    this.count();
  }

  count() {
    const { say } = this.words;
    const unread = this.chat.watched ? 0 : this.chat.unread;
    const shut = unread ? say('unread', { count: unread }) : say('open');
    const label = this.view.open ? say('close') : shut;
    if (this.button.getAttribute('aria-label') !== label) this.button.setAttribute('aria-label', label);
    this.badge.hidden = !unread;
    write(this.badge, unread > 9 ? '9+' : String(unread));
    if (unread !== this.unread) this.emit('unread', { count: unread });
    this.unread = unread;
  }
}

/**
 * Called by the loader, once.
 * @param {{host: HTMLElement, button: HTMLButtonElement, options: Record<string, string>,
 *   emit: (name: string, detail: object) => void, paint: () => void}} parts
 */
export function mount(parts) {
  // Upgrades the element that the loader made.
  if (!customElements.get('openclaw-chat')) customElements.define('openclaw-chat', ChatElement);
  customElements.upgrade(parts.host);
  return parts.host.mount(parts);
}
