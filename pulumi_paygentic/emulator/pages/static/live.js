// Keeps a dashboard page up to date: asks again every two seconds or, where answers are slow, less often, and shows what
// has changed since.
"use strict";

const SHORTEST = 2000;
const LONGEST = 10000;
const live = document.getElementById("live");
const state = document.getElementById("state");
const pause = document.getElementById("pause");
let version = live.dataset.version;
let paused = false;

function say(words) {
  if (state.textContent !== words) state.textContent = words;
}

// What the reader has opened or stands on stays so.
function replace(fresh) {
  const opened = [...live.querySelectorAll("details[open]")].map((details) => details.id);
  const focused = live.contains(document.activeElement) ? document.activeElement : null;
  const place = focused ? [...live.querySelectorAll("a, summary, input")].indexOf(focused) : -1;
  live.replaceChildren(...fresh.childNodes);
  for (const id of opened) document.getElementById(id)?.setAttribute("open", "");
  if (place >= 0) live.querySelectorAll("a, summary, input")[place]?.focus({ preventScroll: true });
}

async function refresh() {
  const answer = await fetch(location.href, { headers: { "If-None-Match": version }, cache: "no-store" });
  if (answer.status === 304) return;
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  const html = await answer.text();
  if (paused) return;
  replace(new DOMParser().parseFromString(html, "text/html").getElementById("live"));
  version = answer.headers.get("ETag");
}

// A slow answer is asked for less often, so that looking never costs the emulator much.
async function tick() {
  let took = 0;
  if (!paused && !document.hidden) {
    const started = performance.now();
    try {
      await refresh();
      if (!paused) say("Live");
    } catch {
      if (!paused) say("The emulator does not answer, trying again");
    }
    took = performance.now() - started;
  }
  setTimeout(tick, Math.min(Math.max(SHORTEST, 20 * took), LONGEST));
}

pause.addEventListener("click", () => {
  paused = !paused;
  pause.textContent = paused ? "Resume" : "Pause";
  say(paused ? "Paused" : "Live");
});
for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const field = document.getElementById(button.dataset.copy);
    field.select();
    await navigator.clipboard.writeText(field.value);
    button.textContent = "Copied";
  });
}
document.querySelector(".live").hidden = false;
setTimeout(tick, SHORTEST);
