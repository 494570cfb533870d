// The page of `newstui serve`: a terminal whose keys and screen go through a WebSocket.
//
// Binary messages are keys, and what the reader draws; text messages are the size of the terminal.

import { Terminal } from "./xterm.mjs";
import { FitAddon } from "./addon-fit.mjs";
import { UnicodeGraphemesAddon } from "./addon-unicode-graphemes.mjs";

const ENDED = 1000;
const FULL = 1013;

const terminal = new Terminal({
  allowProposedApi: true, // the widths of characters
  cursorBlink: false,
  fontFamily: "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace",
  fontSize: 15,
  macOptionIsMeta: true,
  scrollback: 0,
});
const fit = new FitAddon();
terminal.loadAddon(fit);
terminal.loadAddon(new UnicodeGraphemesAddon());
terminal.open(document.getElementById("terminal"));
fit.fit();

const socket = new WebSocket(new URL("terminal", location.href.replace(/^http/, "ws")));
socket.binaryType = "arraybuffer";

function send(message) {
  if (socket.readyState === WebSocket.OPEN) socket.send(message);
}

function sendSize() {
  send(JSON.stringify({ columns: terminal.cols, rows: terminal.rows }));
}

function showEnd(event) {
  const reasons = { [ENDED]: "newstui has ended.", [FULL]: "Too many pages are open." };
  document.getElementById("reason").textContent =
    reasons[event.code] ?? "The connection to newstui serve was lost.";
  document.getElementById("ended").hidden = false;
  document.getElementById("again").focus();
}

// The reader copies with OSC 52. It may write the clipboard of the browser, and never read it.
function copy(data) {
  const text = data.slice(data.indexOf(";") + 1);
  if (text !== "?") {
    const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
    navigator.clipboard.writeText(new TextDecoder().decode(bytes)).catch(() => {});
  }
  return true;
}

// The usual key of terminals for copying what is selected, which browsers use otherwise.
function handleKey(event) {
  const isCopy = event.ctrlKey && event.shiftKey && event.code === "KeyC";
  if (!isCopy || !terminal.hasSelection()) return true;
  event.preventDefault();
  if (event.type === "keydown") navigator.clipboard.writeText(terminal.getSelection());
  return false;
}

socket.addEventListener("open", sendSize);
socket.addEventListener("message", (event) => terminal.write(new Uint8Array(event.data)));
socket.addEventListener("close", showEnd);
document.getElementById("again").addEventListener("click", () => location.reload());
terminal.onData((keys) => send(new TextEncoder().encode(keys)));
terminal.onBinary((keys) => send(Uint8Array.from(keys, (key) => key.charCodeAt(0))));
terminal.onResize(sendSize);
terminal.onTitleChange((title) => (document.title = title));
terminal.parser.registerOscHandler(52, copy);
terminal.attachCustomKeyEventHandler(handleKey);
new ResizeObserver(() => fit.fit()).observe(document.getElementById("terminal"));
terminal.focus();
