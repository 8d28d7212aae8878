/* Starts the page: logs in, shows the page that the address names, hands samples on, says when they stop coming. */

import { Catalogue } from "./addresses.js";
import { CardsPage } from "./cards_page.js";
import { element, setText } from "./dom.js";
import { Freshness, ago } from "./freshness.js";
import { HistoryPage } from "./history_page.js";
import { LoginSheet, PasswordSheet } from "./login.js";
import { apply, preference } from "./preferences.js";
import { Recent, SPAN } from "./recent.js";
import { Session } from "./session.js";
import { SettingsPage } from "./settings_page.js";
import { ShortcutsSheet } from "./shortcuts.js";

const [main, header, nav, live, status] = ["main", "header", "nav", "live", "status"].map(id => document.getElementById(id));
const session = new Session(), fresh = new Freshness(), shortcuts = new ShortcutsSheet(), steps = [];
// How often the database is asked after, in milliseconds.
const STORE_ROUND = 10000;
let store = null, storeAsked = -STORE_ROUND, catalogue = null, pages = null, shown = null, recent = null, newest = null, frozen = false, firstAge = null;

apply();
session.addEventListener("login", event => show(new LoginSheet(session, event.detail)));
session.addEventListener("open", event => opened(event.detail));
session.addEventListener("sample", event => receive(event.detail));
session.addEventListener("away", tick);
addEventListener("hashchange", navigate);
addEventListener("perfwatch-look", look);
document.addEventListener("visibilitychange", () => { if (!document.hidden) present(); });
addEventListener("keydown", keys);
setInterval(tick, 1000);
session.start();

async function opened({ me, age }) {
  firstAge = age;
  if (me.must_change_password) return show(new PasswordSheet(session));
  try {
    if (!pages) await build();
    navigate();
    await fill();
  } catch (error) {
    // what was lost on the way is asked for again when the connection is back
    if (session.live) throw error;
  }
}

async function build() {
  const layout = await session.call("layout.get");
  catalogue = new Catalogue(layout.metrics);
  catalogue.setBytes(preference("bytes"));
  recent = new Recent(new Set(layout.pages.flatMap(page => page.cards).flatMap(card => card.charts)
    .flatMap(chart => chart.lines).map(line => line.address)));
  pages = new Map(layout.pages.map(page => [page.key, new CardsPage(page, catalogue)]));
  pages.set("history", new HistoryPage(session, catalogue, layout, () => newest && { now: newest.time + fresh.age, interval: recent.interval }));
  pages.set("settings", new SettingsPage(session, titles(layout)));
  nav.replaceChildren(...[...pages].map(([key, page], index) =>
    element("a", { href: `#${key}`, title: `${page.title} (${index + 1})` }, page.title)));
  if (newest) remember();
}

/** {metric type: title}, by the cards that show it. */
function titles({ pages: all, metrics }) {
  const found = Object.fromEntries(Object.values(metrics).map(({ type }) => [type, type === "self" ? "PerfWatch itself" : type]));
  for (const card of all.flatMap(page => page.cards).reverse()) found[card.type] = card.title;
  return found;
}

/** Fill in what this page did not see: before it was opened, and while it was away. */
async function fill() {
  // History lags behind by the samples that are not committed yet; those the server still has at hand.
  const [{ samples }, stored] = await Promise.all([session.call("metrics.recent"), session.call("history.points",
    { series: recent.addresses, start_time: `-${SPAN}s`, points: SPAN + 2, band: false }).catch(() => null)]);
  recent.insert(samples.map(({ timestamp, data }) => [Date.parse(timestamp) / 1000, address => catalogue.value(data, address)]));
  if (stored) recent.fill(stored);
  present();
}

function navigate() {
  if (!pages || !session.me || session.me.must_change_password) return;
  const key = location.hash.slice(1).split("?")[0], page = pages.get(key) ?? pages.get("dashboard");
  for (const link of nav.children) {
    if (pages.get(link.hash.slice(1)) === page) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  show(page);
}

function show(page) {
  const inside = pages !== null && [...pages.values()].includes(page);
  const fromSheet = shown?.form !== undefined;
  header.hidden = status.hidden = !inside;
  document.title = `${page.title} – PerfWatch`.replace("PerfWatch – ", "");
  if (shown !== page) {
    shown?.left?.();
    shown = page;
    main.replaceChildren(page.root);
    main.scrollTop = 0;
  }
  page.entered?.();
  // after a sheet the keyboard begins at the page's own link, not nowhere
  if (inside && fromSheet) nav.querySelector("[aria-current]")?.focus({ preventScroll: true });
  present();
}

function receive({ timestamp, data }) {
  const time = Date.parse(timestamp) / 1000;
  if (recent && newest && time > newest.time) recent.interval = usual(time - newest.time);
  newest = { time, data };
  fresh.mark(firstAge ?? 0);
  firstAge = null;
  remember();
  present();
}

/** Seconds between samples as they usually come: the middle of the last few, for one may be late. */
function usual(step) {
  steps.push(step);
  if (steps.length > 5) steps.shift();
  const middle = [...steps].sort((a, b) => a - b)[Math.floor(steps.length / 2)];
  return Math.min(60, Math.max(0.5, Math.round(middle * 10) / 10));
}

function remember() { recent?.add(newest.time, address => catalogue.value(newest.data, address)); }

/** Bring the newest sample on the screen, unless nobody looks or it was told to stand still. */
function present() {
  if (newest && recent && !frozen && !document.hidden) shown?.sample?.(newest.data, recent, newest.time);
  tick();
}

function tick() {
  const { age } = fresh, away = !session.live, late = age > Math.max(3 * (recent?.interval ?? 5), 3);
  const stale = fresh.known && (away || late);
  live.classList.toggle("away", stale || !fresh.known);
  live.classList.toggle("frozen", frozen && !stale);
  main.classList.toggle("stale", stale);
  setText(live, stale ? `stale · ${ago(age)} old` : frozen ? "frozen · Space goes on" : fresh.known ? `live · ${+recent?.interval.toFixed(1)} s` : "starting");
  if (late && !away) session.probe();
  if (!away && performance.now() - storeAsked > STORE_ROUND) askStore();
  if (!newest) return;
  const own = newest.data.self ?? {}, wait = Math.max(0, (session.retryAt - performance.now()) / 1000);
  setText(status, [away ? `connection lost, ${session.retryAt ? `trying again in ${Math.ceil(wait)} s` : "trying again"}` : late ? "connected, but no samples come" : "connected",
    stale ? null : store,
    `last sample ${ago(age)} ago`,
    stale || own.cpu_percent == null ? null : `PerfWatch ${own.cpu_percent.toFixed(1)} % CPU`,
    stale || own.rss_bytes == null ? null : `${(own.rss_bytes / 1048576).toFixed(0)} MiB`].filter(Boolean).join(" · "));
}

/** How the database is, in a few words: the pictures move on while it is away, history does not. */
async function askStore() {
  storeAsked = performance.now();
  const state = await session.call("db.status").catch(() => null);
  if (state) store = state.kind === "off" ? "nothing is stored" : state.ok ? "PostgreSQL ok" : `PostgreSQL away, ${state.queued} samples wait`;
  tick();
}

function look() {
  catalogue?.setBytes(preference("bytes"));
  for (const page of pages?.values() ?? []) page.restyle?.();
  present();
}

function keys(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || header.hidden || document.querySelector("dialog[open]")) return;
  if (shown?.key?.(event)) return event.preventDefault();
  if (event.target.closest("input, select, textarea")) return;
  const page = [...pages.keys()][Number(event.key) - 1];
  if (page) location.hash = page;
  else if (event.key === "?" || event.key === "F1") shortcuts.open();
  else if (event.key === " " && !event.target.closest("button, summary")) { frozen = !frozen; present(); }
  else return;
  event.preventDefault();
}
