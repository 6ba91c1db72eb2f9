// What happens elsewhere: one page of this browser listens for all of them, and each asks again for what it shows of it.
const list = () => document.querySelector("[data-live]");
const told = new BroadcastChannel("tracte-live");
let waiting = null, isBehind = false, begun = 0, pause = 0;
// The next look waits two hundred times what the last one took: at ease it is at once, under load nobody adds to it.
const look = () => {
  waiting = null;
  isBehind = document.hidden;
  if (isBehind) return;
  begun = performance.now();
  htmx.trigger(document.body, "live");
};
const again = (changed) => {
  const open = document.querySelector("[data-open]")?.dataset.open;
  if (open && (!changed.length || changed.includes(open))) htmx.trigger("#fil", "live");
  waiting ??= setTimeout(look, Math.max(700, begun + pause - performance.now()));
};
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  const isLook = detail.requestConfig.triggeringEvent?.type === "live" && detail.elt.id !== "fil";
  if (isLook) pause = Math.min(200 * (performance.now() - begun), 15000);
});
document.addEventListener("visibilitychange", () => isBehind && !document.hidden && look());
const heard = ({ kind, ids }) => {
  if (kind === "changed") return again(ids);
  const open = document.querySelector("[data-open]")?.dataset.open;
  if (ids.includes(open)) htmx.trigger("#qui-hi-es", "here");
};
told.addEventListener("message", (event) => heard(event.data));
const listen = () => new Promise(() => {
  const line = new EventSource(list().dataset.live);
  for (const kind of ["changed", "here"]) {
    line.addEventListener(kind, (event) => {
      const happened = { kind, ids: JSON.parse(event.data) };
      told.postMessage(happened);
      heard(happened);
    });
  }
});
document.addEventListener("DOMContentLoaded", () => list() && (navigator.locks ? navigator.locks.request("tracte-live", listen) : listen()));
