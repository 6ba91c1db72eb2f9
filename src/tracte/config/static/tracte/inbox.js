// The list by keyboard: j and k move through it, o opens, x picks; what was picked stays so when the list is drawn again; the newest message is in sight; one's presence is renewed.
const items = () => [...document.querySelectorAll("[data-item]")];
const at = () => items().findIndex((one) => one === document.activeElement || one.getAttribute("aria-current"));
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.documentElement.dataset.keys === "off") return;
  if (event.target.closest("input:not([type=checkbox]), textarea, select") || !["j", "k", "o", "x"].includes(event.key)) return;
  const all = items();
  if (!all.length) return;
  const held = all.indexOf(document.activeElement.closest("li")?.querySelector("[data-item]"));
  const place = held >= 0 ? held : at();
  if (event.key === "x") return all[Math.max(place, 0)].parentElement.querySelector("[type=checkbox]")?.click();
  if (event.key === "o") return all[Math.max(place, 0)].click();
  const next = all[Math.min(Math.max(place + (event.key === "j" ? 1 : -1), 0), all.length - 1)];
  next.focus();
  next.scrollIntoView({ block: "nearest" });
});
let picked = [];
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.target.id === "llista") picked = [...event.target.querySelectorAll(".picks :checked")].map((one) => one.id);
});
document.addEventListener("htmx:afterSwap", () => {
  for (const id of picked) if (document.getElementById(id)) document.getElementById(id).checked = true;
  picked = [];
});
document.addEventListener("DOMContentLoaded", () => {
  const scroll = document.querySelector(".thread-scroll");
  if (scroll) scroll.scrollTop = scroll.scrollHeight;
});
