// Theme, density and single-key shortcuts, remembered by this browser. Without a script the buttons stay hidden and the device's wish holds.
const root = document.documentElement;
const remembered = (name) => { try { return localStorage.getItem(`tracte-${name}`); } catch { return null; } };
const remember = (name, value) => { try { localStorage.setItem(`tracte-${name}`, value); } catch { /* private window: this page only */ } };
const dark = () => (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
const other = {
  theme: () => ((root.dataset.theme || dark()) === "dark" ? "light" : "dark"),
  density: () => (root.dataset.density ? "" : "compact"),
  keys: () => (root.dataset.keys === "off" ? "" : "off"),
};

// Before the first paint: the page never shows one face and then another.
for (const name of Object.keys(other)) {
  if (remembered(name)) root.dataset[name] = remembered(name);
}
document.addEventListener("DOMContentLoaded", () => {
  for (const button of document.querySelectorAll("[data-toggle]")) {
    const name = button.dataset.toggle;
    const show = () => button.hasAttribute("aria-pressed") && button.setAttribute("aria-pressed", String(root.dataset[name] !== "off"));
    button.hidden = false;
    show();
    button.addEventListener("click", () => {
      root.dataset[name] = other[name]();
      remember(name, root.dataset[name]);
      show();
    });
  }
});
