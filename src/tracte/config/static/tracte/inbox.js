// The list by keyboard: j and k move through it, o opens; the newest message is in sight; one's presence is renewed.
const items = () => [...document.querySelectorAll("[data-item]")];
const at = () => items().findIndex((one) => one === document.activeElement || one.getAttribute("aria-current"));
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.documentElement.dataset.keys === "off") return;
  if (event.target.closest("input, textarea, select") || !["j", "k", "o"].includes(event.key)) return;
  const all = items();
  if (!all.length) return;
  const held = all.indexOf(document.activeElement);
  const place = held >= 0 ? held : at();
  if (event.key === "o") return all[Math.max(place, 0)].click();
  const next = all[Math.min(Math.max(place + (event.key === "j" ? 1 : -1), 0), all.length - 1)];
  next.focus();
  next.scrollIntoView({ block: "nearest" });
});
document.addEventListener("DOMContentLoaded", () => {
  const scroll = document.querySelector(".thread-scroll");
  if (scroll) scroll.scrollTop = scroll.scrollHeight;
});
