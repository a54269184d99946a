// How the panel looks. The sheets are constructed, since a strict Content-Security-Policy forbids
// style elements and attributes. Sites set the `--openclaw-` variables; the short ones are ours.

const light = `
--surface:var(--openclaw-surface,#fff);--ink:var(--openclaw-text,#171b26);
--soft:var(--openclaw-bubble,#eff2f8);--muted:var(--openclaw-muted,#586073);
--line:var(--openclaw-line,#dfe3ec);--edge:#7d8597;--link:var(--openclaw-link,#1c4fc4);
--code:#e2e6ef;--warn:#fff2d6;--on-warn:#5c3d00;--mild:#e8effd;--on-mild:#1e3a70;--bad:#b3261e;
--shade:0 0 0 1px #0b163312,0 18px 50px #0b163338,0 4px 14px #0b16331f`;

const dark = `
color-scheme:dark;
--surface:var(--openclaw-surface,#161922);--ink:var(--openclaw-text,#eceef4);
--soft:var(--openclaw-bubble,#262b38);--muted:var(--openclaw-muted,#a4acbd);
--line:var(--openclaw-line,#2e3443);--edge:#8189a0;--link:var(--openclaw-link,#9dbdff);
--code:#363d4f;--warn:#43320e;--on-warn:#ffdf9e;--mild:#1f2d4d;--on-mild:#c9dcff;--bad:#ff9d94;
--shade:0 0 0 1px #ffffff1f,0 18px 44px #00000073`;

const text = `
:host{color-scheme:light;${light};
--accent:var(--openclaw-accent,#2456d3);--on-accent:var(--openclaw-on-accent,#fff);
--corner:var(--openclaw-radius,20px);--gap-x:var(--openclaw-offset-x,20px);
--gap-y:var(--openclaw-offset-y,20px);
font:400 15px/1.45 var(--openclaw-font,system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Noto Naskh Arabic",sans-serif);
text-align:start;letter-spacing:normal;color:var(--ink)}
:host([data-ink=dark]){--on-accent:var(--openclaw-on-accent,#000)}
@media (prefers-color-scheme:dark){:host(:not([data-theme=light])){${dark}}}
:host([data-theme=dark]){${dark}}

*,::before,::after{box-sizing:border-box}
[hidden]{display:none!important}
h2,p,ul,ol,pre,blockquote{margin:0;padding:0}
button,textarea{font:inherit;letter-spacing:inherit;color:inherit;margin:0}
button{cursor:pointer;-webkit-tap-highlight-color:transparent}
.unseen{position:absolute;width:1px;height:1px;margin:-1px;overflow:hidden;clip-path:inset(50%);
white-space:nowrap}
.icon{width:22px;height:22px;fill:none;stroke:currentColor;stroke-width:2;stroke-linecap:round;
stroke-linejoin:round;display:block;flex:none}
.i-stop,.i-spark{fill:currentColor}
:focus-visible{outline:3px solid var(--link);outline-offset:2px}

.launcher svg{width:28px;height:28px;grid-area:1/1;transition:transform .2s,opacity .2s}
.launcher .i-down,:host([data-shown]) .launcher svg{opacity:0;transform:scale(.6)}
:host([data-shown]) .launcher .i-down{opacity:1;transform:none}
.launcher:hover:not(:focus-visible){box-shadow:0 0 0 1px #ffffff2e,0 10px 28px #0b163359,0 2px 8px #0b163340}
.badge{position:absolute;top:-4px;inset-inline-end:-4px;min-width:24px;height:24px;padding:0 6px;
border-radius:12px;background:#b3261e;color:#fff;font:600 13px/24px system-ui,sans-serif;
text-align:center;box-shadow:0 0 0 2px #fff}

.panel{position:fixed;display:flex;flex-direction:column;overflow:hidden;
bottom:calc(var(--gap-y) + 74px + env(safe-area-inset-bottom));
inset-inline-end:calc(var(--gap-x) + env(safe-area-inset-right));
width:min(var(--openclaw-width,392px),100vw - 2*var(--gap-x));
height:min(var(--openclaw-height,660px),100vh - var(--gap-y) - 94px);
height:min(var(--openclaw-height,660px),100dvh - var(--gap-y) - 94px);
background:var(--surface);color:var(--ink);border-radius:var(--corner);box-shadow:var(--shade);
animation:rise .22s cubic-bezier(.2,.8,.3,1)}
.panel:focus{outline:none}
:host([data-position=left]) .panel{left:var(--gap-x);right:auto}
:host([data-position=right]) .panel{right:var(--gap-x);left:auto}

.head{display:flex;align-items:center;gap:12px;padding:14px 16px;background:var(--accent);
color:var(--on-accent);touch-action:none}
.face{position:relative;display:grid;place-items:center;width:42px;height:42px;flex:none;
border-radius:50%;background:color-mix(in srgb,var(--on-accent) 16%,transparent)}
.face::after{content:"";position:absolute;inset-block-end:0;inset-inline-end:0;width:11px;
height:11px;border-radius:50%;background:#f5b74a;border:2px solid var(--accent)}
.linked .face::after{background:#41d08a}
.names{flex:1;min-width:0}
h2{font-size:16px;line-height:1.3;font-weight:650;overflow-wrap:anywhere}
.who{font-size:13px;line-height:1.35;overflow-wrap:anywhere}
.close{all:unset;box-sizing:border-box;cursor:pointer;display:grid;place-items:center;width:40px;
height:40px;border-radius:50%;margin-inline-end:-6px;flex:none}
.close:hover{background:color-mix(in srgb,var(--on-accent) 16%,transparent)}
.head :focus-visible{outline:3px solid var(--on-accent);outline-offset:-3px}

.banner{font-size:13px;line-height:1.4;background:var(--warn);color:var(--on-warn)}
.banner:not(:empty){padding:9px 16px}
.banner.mild{background:var(--mild);color:var(--on-mild)}

.middle{position:relative;flex:1;min-height:0;display:flex}
.pills{position:absolute;inset-block-end:8px;inset-inline:0;display:flex;gap:8px;
justify-content:center;pointer-events:none}
.pill{pointer-events:auto;display:flex;align-items:center;gap:6px;min-height:34px;
padding:4px 14px 4px 10px;border:1px solid var(--line);border-radius:17px;font-size:13px;
font-weight:550;background:var(--surface);color:var(--ink);box-shadow:0 3px 10px #0b163326}
.pill:dir(rtl){padding:4px 10px 4px 14px}
.pill.newest{padding:4px 6px}
.pill .icon{width:20px;height:20px}
.pill:hover{background:var(--soft)}

.composer{display:flex;flex-wrap:wrap;align-items:flex-end;gap:8px;padding:10px 12px;
padding-bottom:calc(10px + var(--foot,0px));border-top:1px solid var(--line);
background:var(--surface)}
textarea{flex:1;min-width:0;resize:none;field-sizing:content;max-height:148px;padding:10px 14px;
border:1px solid var(--edge);border-radius:22px;background:var(--surface);color:var(--ink);
font-size:16px;line-height:22px;unicode-bidi:plaintext;text-align:start}
textarea::placeholder{color:var(--muted);opacity:1}
textarea:placeholder-shown{unicode-bidi:normal}
textarea:focus-visible{outline:2px solid var(--link);outline-offset:0;border-color:transparent}
.send{display:grid;place-items:center;width:44px;height:44px;flex:none;padding:0;border-radius:50%;
border:1px solid transparent;background:var(--accent);color:var(--on-accent);
transition:background-color .15s,color .15s}
.long{flex:0 0 100%;font-size:13px;color:var(--bad)}
.long:empty{margin-block-end:-8px}
textarea:placeholder-shown+.send,.send:disabled{background:var(--soft);color:var(--muted)}

.log{flex:1;min-height:0;overflow-y:auto;overscroll-behavior:contain;padding:16px;
scrollbar-width:thin;scrollbar-color:var(--line) transparent}
.log:focus-visible{outline-offset:-4px}
.list{display:flex;flex-direction:column;min-height:100%;padding-block-end:12px}
.log[aria-busy=true] .list{padding-block-end:48px}
.message{display:flex;flex-direction:column;align-items:flex-start;max-width:86%;
margin-block-start:14px}
.message.on{margin-block-start:4px}
.message:first-child{margin-block-start:0}
.customer{align-self:flex-end;align-items:flex-end}
.bubble{position:relative;max-width:100%;min-width:0;padding:9px 14px;border-radius:18px;
border-end-start-radius:6px;background:var(--soft);overflow-wrap:anywhere}
.on .bubble{border-start-start-radius:6px}
.customer .bubble{background:var(--accent);color:var(--on-accent);border-end-start-radius:18px;
border-end-end-radius:6px;white-space:pre-wrap}
.customer.on .bubble{border-start-start-radius:18px;border-start-end-radius:6px}
.customer.failed .bubble{background:var(--surface);color:var(--ink);border:1px dashed var(--bad)}
.live .bubble{min-height:40px}
.name{font-size:12.5px;font-weight:600;color:var(--muted);margin:0 4px 3px}
.on .name{display:none}
.caption{font-size:12px;line-height:1.3;color:var(--muted);margin:4px 4px 0}
.caption:empty{display:none}
.failed .caption{color:var(--bad)}
.act{border:0;padding:6px 4px;margin-block:-6px;background:none;color:inherit;font-weight:650;
text-decoration:underline;text-underline-offset:2px}
.day,.notice{align-self:center;text-align:center;font-size:12.5px;color:var(--muted)}
.day{margin-block:18px 4px;font-weight:600}
.day::first-letter{text-transform:uppercase}
.day:first-child{margin-block-start:0}
.notice{max-width:92%;margin-block-start:14px;padding:6px 14px;border-radius:14px;
border:1px solid var(--line);overflow-wrap:anywhere}
.notice.failed{color:var(--bad);border-color:currentColor}
.notice.late{background:var(--mild);color:var(--on-mild);border-color:transparent}

.bubble>*+*{margin-block-start:8px}
.bubble p,.bubble li{unicode-bidi:plaintext}
.bubble ul,.bubble ol{padding-inline-start:22px}
.bubble li+li{margin-block-start:4px}
.bubble li>ul,.bubble li>ol,.bubble li>p,.bubble li>pre{margin-block-start:4px}
.bubble a{color:var(--link);text-decoration:underline;text-underline-offset:2px}
.bubble code{font:.9em/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;
background:var(--code);border-radius:5px;padding:1px 5px}
.bubble pre{overflow-x:auto;background:var(--code);border-radius:10px;padding:10px 12px;
text-align:left}
.bubble pre code{background:none;padding:0;white-space:pre-wrap;overflow-wrap:anywhere}
.bubble blockquote{border-inline-start:3px solid var(--edge);padding-inline-start:10px}
.bubble blockquote>*+*{margin-block-start:6px}
.bubble table{display:block;max-width:100%;overflow-x:auto;border-collapse:collapse;font-size:.93em}
.bubble td,.bubble th{padding:4px 8px 4px 0;text-align:start;vertical-align:top;overflow-wrap:normal}
.bubble td a,.bubble td code{overflow-wrap:anywhere}
.bubble tr+tr>*{border-top:1px solid var(--edge)}
.bubble hr{border:0;border-top:1px solid var(--edge);margin-block:10px}

.dots{display:flex;gap:5px;align-items:center;height:22px}
.dots i{width:8px;height:8px;border-radius:50%;background:var(--muted);
animation:beat 1.2s infinite ease-in-out}
.dots i:nth-child(2){animation-delay:.15s}
.dots i:nth-child(3){animation-delay:.3s}
@keyframes beat{0%,60%,100%{opacity:.35;transform:none}30%{opacity:1;transform:translateY(-3px)}}

@media (max-width:480px),(max-height:400px){
:host([data-shown]) .launcher{display:none}
:host .panel{top:var(--top,0px);bottom:auto;left:0;right:0;inset-inline:0;width:auto;
height:var(--height,100dvh);border-radius:0;box-shadow:none;
--foot:env(safe-area-inset-bottom)}
.head{padding-top:calc(12px + env(safe-area-inset-top));
padding-inline:calc(16px + env(safe-area-inset-left)) calc(16px + env(safe-area-inset-right))}
.composer{padding-inline:calc(12px + env(safe-area-inset-left)) calc(12px + env(safe-area-inset-right))}}
@keyframes rise{from{opacity:0;transform:translateY(14px)}}
@media (prefers-reduced-motion:reduce){*,::before,::after{animation:none!important;
transition:none!important}}
@media (forced-colors:active){.panel,.bubble{border:1px solid}}
@media print{:host{display:none}}
`;

/** The panel's sheet, to be adopted after the launcher's. */
export function sheet() {
  const made = new CSSStyleSheet();
  made.replaceSync(text);
  return made;
}
