// One-key shortcuts of the desk: any element with aria-keyshortcuts is reached by its key, unless somebody is writing.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (document.documentElement.dataset.keys === "off") return;
  if (event.target.closest("input, textarea, select, [contenteditable]") || document.querySelector("dialog[open]")) return;
  const target = [...document.querySelectorAll("[aria-keyshortcuts]")].find((one) => one.getAttribute("aria-keyshortcuts") === event.key);
  if (!target) return;
  event.preventDefault();
  if (target.matches("input, textarea, select")) {
    target.focus();
    target.select?.();
  } else target.click();
});
