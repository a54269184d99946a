// The chat page: posts each message with an id of its own, and shows the answer as it comes.
// A message whose connection breaks is sent again with the same id, so it is answered once.
"use strict";

const byId = (id) => document.getElementById(id);
const log = byId("log");
const form = byId("form");
const text = byId("text");
const tokenForm = byId("token-form");
const tokenField = byId("token");

const ATTEMPTS = 5;
const LONGEST_PAUSE = 8000;

// Works on plain http too, where crypto.randomUUID doesn't exist.
function randomId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function kept(storage, key, make) {
  try {
    const known = storage.getItem(key);
    if (known) return known;
    const made = make();
    if (made) storage.setItem(key, made);
    return made;
  } catch {
    return make();
  }
}

function keep(storage, key, value) {
  try { storage.setItem(key, value); } catch { /* The page works without, until it is closed. */ }
}

let user = kept(localStorage, "openclaw.user", randomId);
let token = kept(sessionStorage, "openclaw.token", () => "");

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function scrolled(change) {
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
  change();
  if (atEnd) log.scrollTop = log.scrollHeight;
}

// Models like to write **this**. Everything else stays as it was said, and nothing becomes markup.
function withEmphasis(words) {
  return words.split(/\*\*([^*\n]+)\*\*/).map((piece, place) => {
    if (place % 2 === 0) return piece;
    const strong = document.createElement("strong");
    strong.textContent = piece;
    return strong;
  });
}

// One message in the log.
class Bubble {
  constructor(who, words) {
    this.box = document.createElement("div");
    this.box.className = "said " + who;
    this.words = document.createElement("p");
    this.words.className = "words";
    this.whole = words;
    this.words.textContent = words;
    this.note = document.createElement("span");
    this.note.className = "note";
    this.box.append(this.words, this.note);
    log.append(this.box);
    log.scrollTop = log.scrollHeight;
  }

  say(words) {
    this.whole = words;
    scrolled(() => this.words.replaceChildren(...withEmphasis(words)));
  }

  add(words) { this.say(this.whole + words); }

  // While words still come, a screen reader waits for the rest.
  waiting(is) {
    this.box.classList.toggle("waiting", is);
    this.box.setAttribute("aria-busy", String(is));
  }

  remark(words) { scrolled(() => { this.note.textContent = words; }); }

  failed(words, again) {
    this.waiting(false);
    this.box.classList.add("failed");
    this.remark(words);
    if (!again) return;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Try again";
    button.addEventListener("click", () => {
      button.remove();
      this.box.classList.remove("failed");
      this.remark("");
      again();
    });
    scrolled(() => this.box.append(button));
  }
}

// What went wrong, and whether sending again may help.
class Trouble extends Error {
  constructor(message, again, status) {
    super(message);
    this.again = again;
    this.status = status;
  }
}

// Splits a response's body into server-sent events.
async function* eventsOf(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    rest += value;
    const blocks = rest.split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) {
      let name = "message";
      const data = [];
      for (const line of block.split("\n")) {
        if (line.startsWith("event:")) name = line.slice(6).trim();
        if (line.startsWith("data:")) data.push(line.slice(5).trimStart());
      }
      if (data.length) yield { name, data: JSON.parse(data.join("\n")) };
    }
  }
}

async function post(message) {
  const headers = { "Content-Type": "application/json", "Accept": "text/event-stream" };
  if (token) headers.Authorization = "Bearer " + token;
  const body = JSON.stringify({
    channel: "demo", user_id: user, message: message.text, message_id: message.id,
    language: navigator.language,
  });
  const response = await fetch("api/v1/message", { method: "POST", headers, body });
  if (response.ok) return response;
  let said = "The gateway answered " + response.status + ".";
  try { said = (await response.json()).error.message; } catch { /* Not from the gateway itself. */ }
  throw new Trouble(said, response.status === 429 || response.status >= 500, response.status);
}

// Sends the message once and shows what comes, up to the whole answer.
async function attempt(message, answer) {
  for await (const { name, data } of eventsOf(await post(message))) {
    switch (name) {
      case "started":
      case "restarted":
        answer.say("");
        break;
      case "delta":
        answer.add(data.text);
        break;
      case "done":
        answer.say(data.reply);
        answer.remark(data.model);
        return;
      case "parked":
        throw new Trouble(data.detail, false);
      case "pending":
        throw new Trouble("The answer takes longer than usual.", true);
      case "error":
        throw new Trouble(data.error.message, false);
    }
  }
  throw new Trouble("The connection broke before the answer was complete.", true);
}

async function send(message, answer) {
  answer.waiting(true);
  for (let tries = 1; ; tries += 1) {
    try {
      await attempt(message, answer);
      break;
    } catch (error) {
      if (error.status === 401) return askForToken(error, message, answer);
      if (error instanceof Trouble && !error.again) return answer.failed(error.message);
      if (tries >= ATTEMPTS) {
        const said = error instanceof Trouble ? error.message : "The gateway can't be reached.";
        return answer.failed(said, () => send(message, answer));
      }
      answer.remark("Trying again…");
      await pause(Math.min(LONGEST_PAUSE, 500 * 2 ** tries));
      answer.remark("");
    }
  }
  answer.waiting(false);
}

let afterToken = null;

function askForToken(error, message, answer) {
  tokenForm.hidden = false;
  tokenField.value = "";
  tokenField.focus();
  answer.failed(error.message, () => send(message, answer));
  afterToken = () => answer.box.querySelector("button")?.click();
}

tokenForm.addEventListener("submit", (event) => {
  event.preventDefault();
  token = tokenField.value.trim();
  keep(sessionStorage, "openclaw.token", token);
  tokenForm.hidden = true;
  text.focus();
  afterToken?.();
  afterToken = null;
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const words = text.value.trim();
  if (!words) return;
  byId("hint")?.remove();
  text.value = "";
  new Bubble("customer", words);
  send({ id: randomId(), text: words }, new Bubble("gateway", ""));
});

text.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  form.requestSubmit();
});

byId("anew").addEventListener("click", () => {
  user = randomId();
  keep(localStorage, "openclaw.user", user);
  log.replaceChildren();
  text.focus();
});

text.focus();
