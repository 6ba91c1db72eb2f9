// Ctrl-K goes anywhere, ? tells the keys, g i goes to the inbox: dialogs of ordinary links, narrowed by what is typed.
const palette = document.getElementById("paleta");
const typed = document.getElementById("paleta-text");
const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
const shown = () => [...palette.querySelectorAll("li:not([hidden]) a")];
const narrow = () => {
  for (const item of palette.querySelectorAll("li")) item.hidden = !plain(item.textContent).includes(plain(typed.value.trim()));
  document.getElementById("paleta-res").hidden = shown().length > 0;
};
let before = "";
document.addEventListener("keydown", (event) => {
  if (!palette) return;
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    typed.value = "";
    narrow();
    return palette.showModal();
  }
  const isWriting = event.target.closest("input, textarea, select, [contenteditable]") || document.querySelector("dialog[open]");
  if (isWriting || event.ctrlKey || event.metaKey || event.altKey || document.documentElement.dataset.keys === "off") return;
  if (event.key === "?") document.getElementById("tecles").showModal();
  if (before === "g" && event.key === "i") location.assign("/desk/inbox/");
  before = event.key;
});
typed?.addEventListener("input", narrow);
palette?.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (event.key === "Enter" && event.target === typed) { event.preventDefault(); shown()[0]?.click(); }
  if (step) { event.preventDefault(); const all = shown(); (all[all.indexOf(document.activeElement) + step] ?? typed).focus(); }
});
