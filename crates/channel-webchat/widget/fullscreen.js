// On a small screen the panel is the whole screen, and behaves as a modal dialog: the focus stays
// in it, the page behind doesn't scroll, and it keeps clear of the on-screen keyboard.

const SMALL = matchMedia('(max-width: 480px), (max-height: 400px)');

/** Watches one panel. */
export class Fullscreen {
  /**
   * @param {ShadowRoot} root
   * @param {HTMLElement} panel
   * @param {() => void} onFit the room for the panel changed
   */
  constructor(root, panel, onFit) {
    this.root = root;
    this.panel = panel;
    this.onFit = onFit;
    this.open = false;
    this.room = new CSSStyleSheet();
    root.adoptedStyleSheets.push(this.room);
    this.still = new CSSStyleSheet();
    this.still.replaceSync('html{overflow:hidden!important}');
    const fit = () => this.fit();
    SMALL.addEventListener('change', () => {
      this.set(this.open);
      if (this.active && !panel.contains(root.activeElement)) panel.focus();
    });
    window.visualViewport?.addEventListener('resize', fit);
    window.visualViewport?.addEventListener('scroll', fit);
    panel.addEventListener('keydown', (event) => this.trap(event));
  }

  get active() {
    return this.open && SMALL.matches;
  }

  /** Whether a panel that opens would fill the screen. */
  get small() {
    return SMALL.matches;
  }

  /** @param {boolean} open whether the panel is shown */
  set(open) {
    this.open = open;
    const others = document.adoptedStyleSheets.filter((sheet) => sheet !== this.still);
    document.adoptedStyleSheets = this.active ? [...others, this.still] : others;
    if (this.active) this.panel.setAttribute('aria-modal', 'true');
    else this.panel.removeAttribute('aria-modal');
    this.fit();
  }

  /** A rule in a sheet of its own, since style attributes are forbidden on strict sites. */
  fit() {
    const view = window.visualViewport;
    // Who has zoomed in wants to see a part of the panel, not a smaller panel.
    if (this.active && view && view.scale < 1.05) {
      const top = Math.max(0, Math.round(view.offsetTop));
      const height = Math.round(view.height);
      this.room.replaceSync(`:host{--top:${top}px;--height:${height}px}`);
    } else {
      this.room.replaceSync('');
    }
    this.onFit();
  }

  trap(event) {
    if (event.key !== 'Tab' || !this.active) return;
    const stops = [...this.panel.querySelectorAll('button, textarea, a[href], [tabindex="0"]')];
    const shown = stops.filter((stop) => stop.checkVisibility?.() ?? stop.offsetParent);
    const [first, last] = [shown[0], shown.at(-1)];
    const now = this.root.activeElement;
    if (event.shiftKey ? now === first || now === this.panel : now === last) {
      event.preventDefault();
      (event.shiftKey ? last : first).focus();
    }
  }
}
