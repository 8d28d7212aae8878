/* What this browser remembers: the theme, and how bytes are written. */

const DEFAULTS = { theme: "", bytes: "auto" };

export function preference(name) { return localStorage.getItem(`perfwatch-${name}`) ?? DEFAULTS[name]; }

/** Remember a choice and tell everything that shows it, by the event `perfwatch-look`. */
export function choose(name, value) {
  value === DEFAULTS[name] ? localStorage.removeItem(`perfwatch-${name}`) : localStorage.setItem(`perfwatch-${name}`, value);
  apply();
  dispatchEvent(new Event("perfwatch-look"));
}

/** Put the theme in force; without a choice the system's holds. */
export function apply() { document.documentElement.dataset.theme = preference("theme"); }

// Another tab's choice, and the system's, hold here at once.
addEventListener("storage", event => {
  if (!event.key?.startsWith("perfwatch-") || event.key === "perfwatch-token") return;
  apply();
  dispatchEvent(new Event("perfwatch-look"));
});
matchMedia("(prefers-color-scheme: light)").addEventListener("change", () => dispatchEvent(new Event("perfwatch-look")));
