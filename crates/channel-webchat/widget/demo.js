// What the demonstration page does: it opens the chat from its own buttons, as any site may, and
// shows the line to copy with this gateway's address.

const chat = (job) => (window.OpenClawChat ??= []).push(job);

for (const id of ['line', 'policy']) {
  const code = document.getElementById(id);
  code.textContent = code.textContent.replaceAll('https://HOST', location.origin);
}

for (const button of document.querySelectorAll('[data-chat=open]')) {
  button.addEventListener('click', () => chat((api) => api.open()));
}

document.querySelector('.track').addEventListener('submit', (event) => {
  event.preventDefault();
  chat((api) => api.open());
});

const copied = document.getElementById('copied');
document.getElementById('copy').addEventListener('click', async () => {
  const line = document.getElementById('line');
  try {
    await navigator.clipboard.writeText(line.textContent);
    copied.textContent = 'Copied.';
  } catch {
    // Without https there is no clipboard to write to.
    getSelection().selectAllChildren(line);
    copied.textContent = 'Selected: copy it with your keyboard.';
  }
});

for (const button of document.querySelectorAll('button[data-theme]')) {
  button.addEventListener('click', () => {
    for (const one of [document.documentElement, document.querySelector('openclaw-chat')]) {
      if (!one) continue;
      if (button.dataset.theme) one.dataset.theme = button.dataset.theme;
      else delete one.dataset.theme;
    }
  });
}
