// How the conversation looks: bubbles, what Markdown makes, and the lines between them.

export const log = `
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
.again{border:0;padding:6px 4px;margin-block:-6px;background:none;color:inherit;font-weight:650;
text-decoration:underline;text-underline-offset:2px}
.day,.notice{align-self:center;text-align:center;font-size:12.5px;color:var(--muted)}
.day{margin-block:18px 4px;font-weight:600}
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
.bubble hr{border:0;border-top:1px solid var(--edge);margin-block:10px}

.dots{display:flex;gap:5px;align-items:center;height:22px}
.dots i{width:8px;height:8px;border-radius:50%;background:var(--muted);
animation:beat 1.2s infinite ease-in-out}
.dots i:nth-child(2){animation-delay:.15s}
.dots i:nth-child(3){animation-delay:.3s}
@keyframes beat{0%,60%,100%{opacity:.35;transform:none}30%{opacity:1;transform:translateY(-3px)}}
`;
