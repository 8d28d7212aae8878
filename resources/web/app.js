/* Starts the page: logs in, shows the page that the address names, hands samples on, says when they stop coming. */

import { Catalogue } from "./addresses.js";
import { element, setText } from "./dom.js";
import { CardsPage } from "./cards_page.js";
import { LoginSheet, PasswordSheet } from "./login.js";
import { Recent } from "./recent.js";
import { Session } from "./session.js";
import { SettingsPage } from "./settings_page.js";

const main = document.getElementById("main"), header = document.getElementById("header");
const nav = document.getElementById("nav"), live = document.getElementById("live"), status = document.getElementById("status");
const session = new Session();
let pages = null, shown = null, recent = null, newest = null, arrived = 0, interval = 5, frozen = false;

document.documentElement.dataset.theme = localStorage.getItem("perfwatch-theme") ?? "";

session.addEventListener("login", event => show(new LoginSheet(session, event.detail)));
session.addEventListener("open", async event => {
  if (event.detail.must_change_password) return show(new PasswordSheet(session));
  if (!pages) await build();
  navigate();
});
session.addEventListener("sample", event => receive(event.detail));
session.addEventListener("away", () => tick());
addEventListener("hashchange", navigate);
addEventListener("perfwatch-theme", () => { for (const page of Object.values(pages ?? {})) page.restyle?.(); });
matchMedia("(prefers-color-scheme: light)").addEventListener("change", () => dispatchEvent(new Event("perfwatch-theme")));
addEventListener("keydown", keys);
setInterval(tick, 1000);
session.connect();

async function build() {
  const layout = await session.call("layout.get");
  const catalogue = new Catalogue(layout.metrics);
  recent = new Recent(layout.pages.flatMap(page => page.cards).flatMap(card => card.charts)
    .flatMap(chart => chart.lines).map(line => line.address));
  recent.catalogue = catalogue;
  pages = {};
  for (const page of layout.pages) pages[page.key] = new CardsPage(page, catalogue);
  pages.settings = new SettingsPage(session);
  nav.replaceChildren(...Object.entries(pages).map(([key, page]) => element("a", { href: `#${key}` }, page.title)));
}

function navigate() {
  if (!pages || !session.me || session.me.must_change_password) return;
  const key = location.hash.slice(1), page = pages[key] ?? pages.dashboard;
  for (const link of nav.children) {
    if (pages[link.hash.slice(1)] === page) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.title = `${page.title} – PerfWatch`;
  show(page);
  if (newest) page.sample?.(newest.data, recent, newest.time);
}

function show(page) {
  const inside = pages && Object.values(pages).includes(page);
  header.hidden = status.hidden = !inside;
  if (shown !== page) {
    shown?.left?.();
    shown = page;
    main.replaceChildren(page.root);
    page.entered?.();
  }
  tick();
}

function receive({ timestamp, data }) {
  const time = Date.parse(timestamp) / 1000;
  arrived = performance.now();
  if (newest && time > newest.time) interval = Math.min(60, Math.max(0.5, time - newest.time));
  newest = { time, data };
  if (!recent) return;
  recent.add(time, address => recent.catalogue.value(data, address));
  if (!frozen) shown?.sample?.(data, recent, time);
  tick();
}

function tick() {
  const age = arrived ? (performance.now() - arrived) / 1000 : 0;
  const away = !session.live, late = age > Math.max(3 * interval, 3);
  const stale = arrived > 0 && (away || late);
  live.classList.toggle("away", stale || !arrived);
  main.classList.toggle("stale", stale);
  const words = stale ? `stale · last sample ${ago(age)} ago` : frozen ? "frozen · Space goes on" : arrived ? `live · ${+interval.toFixed(1)} s` : "starting";
  setText(live, words);
  if (!newest) return;
  const own = newest.data.self ?? {};
  setText(status, [away ? "the connection is lost, trying again" : "connected", `last sample ${ago(age)} ago`,
    own.cpu_percent == null ? null : `PerfWatch ${own.cpu_percent.toFixed(1)} % CPU`,
    own.rss_bytes == null ? null : `${(own.rss_bytes / 1048576).toFixed(0)} MiB`].filter(Boolean).join(" · "));
}

function ago(seconds) {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}

function keys(event) {
  if (event.target.closest("input, select, textarea, button, summary")) return;
  if (event.key === " " && !event.ctrlKey && session.live) {
    event.preventDefault();
    frozen = !frozen;
    if (!frozen && newest) shown?.sample?.(newest.data, recent, newest.time);
    tick();
  }
}
