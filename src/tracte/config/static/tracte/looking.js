// To look again at what changed: the next look waits four hundred times what the last one took, so that at ease it is at
// once and under load nobody adds to it; and nobody looks at a page that is not before their eyes.
let waiting = null, isBehind = false, begun = 0, pause = 0;
const look = () => {
  waiting = null;
  isBehind = document.hidden;
  if (isBehind) return;
  begun = performance.now();
  htmx.trigger(document.body, "live");
};
document.addEventListener("tracte:changed", () => {
  waiting ??= setTimeout(look, Math.max(700, begun + pause - performance.now()));
});
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  const isLook = detail.requestConfig.triggeringEvent?.type === "live" && detail.elt.id !== "fil";
  if (isLook) pause = Math.min(400 * (performance.now() - begun), 15000);
});
document.addEventListener("visibilitychange", () => isBehind && look());
