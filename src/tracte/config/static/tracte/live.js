// What happens elsewhere: one page of this browser listens for all of them, and each asks again for what it shows of it.
const list = () => document.querySelector("[data-live]");
const told = new BroadcastChannel("tracte-live");
const open = () => document.querySelector("[data-open]")?.dataset.open;
const kinds = {
  changed(ids) {
    if (open() && (!ids.length || ids.includes(open()))) htmx.trigger("#fil", "live");
    document.dispatchEvent(new Event("tracte:changed"));
    if (!ids.length) kinds.rang();
  },
  here(ids) { if (ids.includes(open())) htmx.trigger("#qui-hi-es", "here"); },
  rang() { htmx.trigger(document.body, "rang"); },
};
told.addEventListener("message", ({ data }) => kinds[data.kind](data.ids));
const listen = () => new Promise(() => {
  const line = new EventSource(list().dataset.live);
  for (const kind of Object.keys(kinds)) {
    line.addEventListener(kind, (event) => {
      const ids = JSON.parse(event.data);
      told.postMessage({ kind, ids });
      kinds[kind](ids);
    });
  }
});
document.addEventListener("DOMContentLoaded", () => list() && (navigator.locks ? navigator.locks.request("tracte-live", listen) : listen()));
