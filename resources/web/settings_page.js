/* The settings: theme of this browser, what the server lets be changed, the password, facts. */

import { element, setText } from "./dom.js";
import { text } from "./units.js";

const BYTES = { symbol: "B", base: 1024, shown: null, decimals: 0 };
const THEMES = [["", "as the system"], ["dark", "dark"], ["light", "light"]];

export class SettingsPage {
  title = "Settings";

  constructor(session) {
    this.session = session;
    this.facts = element("dl");
    this.fields = element("form", { onsubmit: event => event.preventDefault() });
    this.said = element("p", { class: "said", role: "status" });
    this.theme = element("select", { onchange: () => this.#setTheme(this.theme.value) },
      THEMES.map(([value, label]) => element("option", { value }, label)));
    this.theme.value = localStorage.getItem("perfwatch-theme") ?? "";
    this.root = element("div", { class: "sheet" },
      this.#card("This browser", element("label", {}, "Theme", this.theme)),
      this.#card("Sampling", this.fields, this.said),
      this.#card("Password", this.#passwordForm(), element("div", { class: "row" },
        element("button", { class: "do quiet", onclick: () => session.logout() }, "Log out"),
        element("button", { class: "do quiet", onclick: () => this.#everyoneOut() }, "Sign everyone out"))),
      this.#card("Server", this.facts));
  }

  async entered() {
    try {
      this.#show(await this.session.call("config.get"));
    } catch (error) {
      this.#say(error.message, true);
    }
  }

  #card(title, ...content) {
    return element("section", { class: "card", "aria-label": title }, element("header", {}, element("h2", {}, title)), content);
  }

  #show(config) {
    this.fields.replaceChildren(...Object.entries(config.settings).map(([name, setting]) => this.#field(name, setting)));
    const { system, database } = config;
    const facts = [["Machine", `${system.hostname}, ${system.kernel}, ${system.architecture}`],
      ["Processors", system.cpus], ["Memory", text(system.memory_bytes, BYTES)], ["PerfWatch", `${system.perfwatch}, Python ${system.python}`],
      ["Role", config.role], ["Database", database.text], ["Stored", text(database.size_bytes, BYTES)],
      ["Waiting to be stored", `${database.queued} samples`], ["Data directory", config.data_dir]];
    this.facts.replaceChildren(...facts.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, String(value))]));
    for (const notice of config.notices) this.facts.append(element("dt", {}, "Notice"), element("dd", {}, notice));
  }

  #field(name, { value, accepts, help, source }) {
    const fixed = !["default", "stored", "changed here"].includes(source);
    const input = typeof value === "boolean"
      ? element("select", { disabled: fixed }, ["on", "off"].map(word => element("option", {}, word)))
      : element("input", { value, disabled: fixed });
    if (typeof value === "boolean") input.value = value ? "on" : "off";
    input.name = name;
    input.title = fixed ? `set by ${source}` : `takes ${accepts}`;
    input.addEventListener("change", () => this.#change(name, input.value));
    return element("label", {}, help.replace(/ \(default.*\)/, ""), input);
  }

  async #change(name, value) {
    try {
      this.#show(await this.session.call("config.update", { settings: { [name]: value } }));
      this.#say("saved", false);
    } catch (error) {
      this.#say(error.message, true);
    }
  }

  #passwordForm() {
    const said = element("p", { class: "said", role: "status" });
    const field = (label, name, complete) => element("label", {}, label,
      element("input", { name, type: "password", autocomplete: complete, required: true }));
    return element("form", { onsubmit: async event => {
      event.preventDefault();
      const form = event.target, { old, fresh } = Object.fromEntries(new FormData(form));
      try {
        await this.session.changePassword(old, fresh);
        form.reset();
        said.className = "said";
        setText(said, "changed; every other session has ended");
      } catch (error) {
        said.className = "said wrong";
        setText(said, error.message);
      }
    } }, field("Present password", "old", "current-password"), field("New password", "fresh", "new-password"),
      element("button", { class: "do" }, "Change password"), said);
  }

  async #everyoneOut() {
    try {
      await this.session.call("auth.sign_everyone_out");
    } catch (error) {
      this.#say(error.message, true);
    }
  }

  #setTheme(theme) {
    theme ? localStorage.setItem("perfwatch-theme", theme) : localStorage.removeItem("perfwatch-theme");
    document.documentElement.dataset.theme = theme;
    dispatchEvent(new Event("perfwatch-theme"));
  }

  #say(words, wrong) {
    this.said.classList.toggle("wrong", wrong);
    setText(this.said, words);
  }
}
