// The one line that a site embeds loads this file. It shows the launcher button at once, offers
// `window.OpenClawChat`, and fetches the panel only when it is of use: the visitor reaches for the
// button, the site calls the API, or a conversation from an earlier visit may have news.
(() => {
  const script =
    document.currentScript ?? document.querySelector('script[src*="/webchat/widget.js"]');
  const early = window.OpenClawChat;
  if (!script) return;
  // A second copy on one page would be a second chat over the same conversation. It comes where a
  // site has put another page in the place of this one, so the first may have to be put back.
  if (early && !Array.isArray(early)) return void early.push?.([]);

  const base = new URL('.', script.src).href;
  const options = { ...script.dataset, base };
  const listeners = {};
  const tell = (listener, name, detail) => {
    // A site's faulty listener must not stop the chat.
    try {
      listener(detail);
    } catch (error) {
      console.error('OpenClawChat: a listener for', name, 'failed:', error);
    }
  };
  // What says how things are is told to those as well who begin to listen later. Without a detail it
  // says that it isn't so any more.
  const lasting = { ready: undefined, session: undefined, unread: undefined };
  const emit = (name, detail) => {
    if (name in lasting) lasting[name] = detail;
    if (detail) for (const listener of listeners[name] ?? []) tell(listener, name, detail);
  };

  const host = document.createElement('openclaw-chat');
  const root = host.attachShadow({ mode: 'open' });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
:host{position:fixed;z-index:var(--openclaw-layer,2147483000);inset-block-end:0;inset-inline-end:0}
.launcher{all:unset;box-sizing:border-box;position:fixed;display:grid;place-items:center;
cursor:pointer;width:60px;height:60px;border-radius:50%;border:1px solid transparent;
bottom:calc(var(--openclaw-offset-y,20px) + env(safe-area-inset-bottom));
inset-inline-end:calc(var(--openclaw-offset-x,20px) + env(safe-area-inset-right));
background:var(--openclaw-accent,#2456d3);color:var(--openclaw-on-accent,#fff);
box-shadow:0 0 0 1px #ffffff2e,0 6px 20px #0b163340,0 2px 6px #0b163333}
:host([data-ink=dark]) .launcher{color:var(--openclaw-on-accent,#000)}
.launcher:focus-visible{outline:3px solid #fff;outline-offset:0;box-shadow:0 0 0 6px #101828}
:host([data-position=left]) .launcher{left:var(--openclaw-offset-x,20px);right:auto}
:host([data-position=right]) .launcher{right:var(--openclaw-offset-x,20px);left:auto}
:host([data-launcher=none]) .launcher{display:none}
svg{width:28px;height:28px;fill:currentColor}[aria-busy=true] svg{opacity:.55}`);
  root.adoptedStyleSheets = [sheet];
  if (options.color && CSS.supports('color', options.color)) {
    const accent = new CSSStyleSheet();
    accent.replaceSync(`:host{--openclaw-accent:${options.color}}`);
    root.adoptedStyleSheets.push(accent);
  }
  for (const name of ['position', 'launcher', 'theme']) {
    if (options[name]) host.dataset[name] = options[name];
  }

  const labels = {
    de: 'Chat öffnen',
    es: 'Abrir el chat',
    fr: 'Ouvrir le chat',
    tr: 'Sohbeti aç',
    ar: 'فتح المحادثة',
    en: 'Open chat',
  };
  options.lang = [options.lang, ...navigator.languages, 'en']
    .map((tag) => tag?.slice(0, 2).toLowerCase())
    .find((tag) => labels[tag]);
  host.lang = options.lang;
  host.dir = options.lang === 'ar' ? 'rtl' : 'ltr';

  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'launcher';
  button.setAttribute('aria-label', labels[options.lang]);
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(svg.namespaceURI, 'path');
  path.setAttribute(
    'd',
    'M12 3C6.8 3 2.7 6.6 2.7 11c0 2.2 1 4.1 2.7 5.6-.1 1.3-.6 2.6-1.5 3.7-.3.4 0 .9.5.8 2-.3 3.7-1 5-1.9 .8.2 1.7.3 2.6.3 5.2 0 9.3-3.9 9.3-8.5S17.2 3 12 3z',
  );
  svg.append(path);
  button.append(svg);
  root.append(button);

  // The ink on the accent is whichever of black and white can be read on it.
  const paint = () => {
    const color = getComputedStyle(button).backgroundColor;
    let rgb = color.match(/^rgba?\((\d+), (\d+), (\d+)/)?.slice(1);
    if (!rgb) {
      // Only what was painted with a colour of another space has numbers of this one.
      const pen = document.createElement('canvas').getContext('2d');
      if (!pen) return;
      pen.fillStyle = color;
      pen.fillRect(0, 0, 1, 1);
      rgb = [...pen.getImageData(0, 0, 1, 1).data];
    }
    const [r, g, b] = rgb.map((part) => (part / 255) ** 2.2);
    host.dataset.ink = 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.18 ? 'dark' : 'light';
  };

  let loading;
  let failures = 0;
  const fetched = () =>
    import(`${base}assets/__ASSETS__/panel.js${failures ? `?again=${failures}` : ''}`)
      .then((panel) => panel.mount({ host, button, options, emit, paint }))
      .catch((error) => {
        if (++failures < 4) {
          return new Promise((done) => setTimeout(done, 1000 * failures)).then(fetched);
        }
        loading = undefined;
        failures = 1;
        console.error('OpenClawChat: the panel could not be loaded:', error);
        emit('error', { code: 'panel_unavailable' });
        return {};
      });
  const busy = () => button.matches('[aria-busy]');
  const load = () => {
    if (loading) return loading;
    button.setAttribute('aria-busy', 'true');
    loading = fetched().finally(() => button.removeAttribute('aria-busy'));
    return loading;
  };
  // Some sites replace the whole body, and the chat with it.
  const place = () => {
    if (!host.isConnected) document.body?.append(host);
  };
  // What had the focus when the panel was asked for, while it isn't there; undefined if nobody waits.
  let asked;
  const call = (verb, argument) => {
    place();
    if (verb === 'open') asked = (!argument && document.activeElement) || document.body;
    if (verb === 'close') asked = undefined;
    load().then((panel) => {
      asked = undefined;
      panel[verb]?.(argument);
    });
  };

  const prefix = `openclaw:${base}:`;
  const kept = (storage) => {
    // Storage may be forbidden on this site; then there is no earlier visit to know of.
    try {
      return Object.keys(window[storage]).filter((key) => key.startsWith(prefix));
    } catch {
      return [];
    }
  };
  const identify = (who) => {
    if (who === null) {
      // Whoever signs out leaves nothing behind, also where the panel never comes.
      for (const storage of ['localStorage', 'sessionStorage']) {
        for (const key of kept(storage)) window[storage].removeItem(key);
      }
      delete options.identityUser;
    }
    if (who !== null || loading) call('identify', who);
  };

  const api = {
    open: () => call('open'),
    close: () => loading && call('close'),
    identify,
    on(name, listener) {
      (listeners[name] ??= new Set()).add(listener);
      if (lasting[name]) tell(listener, name, lasting[name]);
      return api;
    },
    off(name, listener) {
      listeners[name]?.delete(listener);
      return api;
    },
    // Jobs from before this file arrived, and jobs that don't know whether it has.
    push(job) {
      place();
      if (typeof job === 'function') job(api);
      else api[job[0]]?.(...job.slice(1));
    },
  };
  window.OpenClawChat = api;

  // Whoever clicks twice on what takes its time still wants to see it.
  button.addEventListener('click', () => call(busy() ? 'open' : 'toggle'));
  // Whoever thinks better of it while the panel is fetched isn't shown it. Elsewhere on the page Esc
  // is the site's.
  addEventListener('keydown', (event) => {
    const { key, isComposing, defaultPrevented } = event;
    if (key !== 'Escape' || isComposing || defaultPrevented || !asked || !busy()) return;
    if (![asked, host, document.body, null].includes(document.activeElement)) return;
    event.preventDefault();
    api.close();
  });
  for (const hint of ['pointerenter', 'focus']) {
    button.addEventListener(hint, load, { once: true });
  }

  const begin = () => {
    place();
    paint();
    // The style sheets of the site may set the accent, and may come late.
    addEventListener('load', paint);
    for (const job of early ?? []) api.push(job);
    const known = options.identityUser || kept('localStorage')[0];
    if ('open' in options && options.open !== 'false') call('open', { quiet: true });
    else if (known) (window.requestIdleCallback ?? setTimeout)(load);
  };
  if (document.body) begin();
  else document.addEventListener('DOMContentLoaded', begin);
})();
