// What happens elsewhere: one page of this browser listens for all of them, and each asks again for what it shows of it.
const list = () => document.querySelector("[data-live]");
const told = new BroadcastChannel("tracte-live");
let waiting = null;
const again = (changed) => {
  const open = document.querySelector("[data-conversation]")?.dataset.conversation;
  if (open && (!changed.length || changed.includes(open))) htmx.trigger("#fil", "live");
  waiting ??= setTimeout(() => { waiting = null; htmx.trigger(document.body, "live"); }, 700);
};
const heard = ({ kind, ids }) => {
  if (kind === "changed") return again(ids);
  const open = document.querySelector("[data-conversation]")?.dataset.conversation;
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
